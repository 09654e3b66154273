// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What a VirtualSoak tells.
#include "tests/soak/VirtualSoak.h"

#include <cstdio>
#include <unistd.h>

namespace Turnstile::Soak {

using namespace std::chrono_literals;

void VirtualSoak::showProgress() const
{
    const auto time = std::chrono::duration<double>(m_now - m_begin);
    std::fprintf(stderr, "\r\x1b[K%.1f virtual hours, %llu requests, %d buckets, %.1f MiB",
        time.count() / 3600, static_cast<unsigned long long>(m_server.requests()),
        m_scheduler.size().buckets, double(residentBytes()) / (1024 * 1024));
}

void VirtualSoak::report()
{
    if (isatty(STDERR_FILENO))
        std::fputs("\r\x1b[K", stderr);
    const auto number = [](double value, int digits) {
        return QString::number(value, 'f', digits);
    };
    const double seconds = std::chrono::duration<double>(m_askedAt - m_begin).count();
    const auto ms = [](std::chrono::nanoseconds time) {
        return QString::number(std::chrono::ceil<milliseconds>(time).count())
            + QStringLiteral(" ms");
    };
    m_outcome.add(QStringLiteral("seed"), m_settings.seed);
    m_outcome.add(QStringLiteral("virtual time"), number(seconds / 3600, 1) + QStringLiteral(" h"));
    m_outcome.add(QStringLiteral("buckets of the server at a time"), quint64(bucketCount()));
    m_outcome.add(QStringLiteral("requests that arrived"), m_server.requests());
    m_outcome.add(
        QStringLiteral("of these per second"), number(double(m_server.requests()) / seconds, 0));
    m_outcome.add(QStringLiteral("tickets"), m_asked);
    m_outcome.add(QStringLiteral("retries"), m_retries);
    m_outcome.add(QStringLiteral("server restarts"), quint64(m_restarts));
    for (const auto state :
        {TicketState::Completed, TicketState::Lost, TicketState::TimedOut, TicketState::Dropped,
            TicketState::Cancelled, TicketState::Expired, TicketState::Rejected}) {
        QString name;
        QDebug(&name).nospace() << state;
        m_outcome.add(QStringLiteral("ended: ") + name.section(QLatin1String("::"), -1),
            m_ends[size_t(state)]);
    }
    m_outcome.add(QStringLiteral("longest wait without a deadline"), ms(m_longestWait));
    m_outcome.add(QStringLiteral("tickets with a deadline"), m_withDeadline);
    m_outcome.add(QStringLiteral("the oldest, past its deadline"), ms(m_pastDeadline));
    m_outcome.add(QStringLiteral("most held: buckets, lanes, learnt names, waiting, in flight"),
        QStringLiteral("%1, %2, %3, %4, %5")
            .arg(m_most.buckets)
            .arg(m_most.lanes)
            .arg(m_most.hashes)
            .arg(m_most.queued)
            .arg(m_most.inFlight));
    m_outcome.addMemory(m_memory, QStringLiteral("virtual hour"), m_settings.isLong());
}

} // namespace Turnstile::Soak
