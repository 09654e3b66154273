// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What a LoopbackSoak tells.
#include "tests/soak/LoopbackSoak.h"

#include <cstdio>
#include <unistd.h>

namespace Turnstile::Soak {

using namespace std::chrono_literals;

void LoopbackSoak::showProgress() const
{
    std::fprintf(stderr, "\r\x1b[K%lld s over sockets, %llu requests, %d asked for, %.1f MiB",
        static_cast<long long>((m_shownAt - m_begin) / 1s),
        static_cast<unsigned long long>(m_requests), int(m_asked.size()),
        double(residentBytes()) / (1024 * 1024));
}

void LoopbackSoak::report()
{
    if (isatty(STDERR_FILENO))
        std::fputs("\r\x1b[K", stderr);
    const auto ms = [](std::chrono::nanoseconds time) {
        return QString::number(std::chrono::ceil<milliseconds>(time).count())
            + QStringLiteral(" ms");
    };
    const LoopbackServer::Tally tally = m_server->tally();
    const double seconds = std::chrono::duration<double>(m_askedFor).count();
    m_outcome.add(QStringLiteral("seed"), m_settings.seed);
    m_outcome.add(QStringLiteral("time"), QStringLiteral("%1 s").arg(seconds, 0, 'f', 0));
    m_outcome.add(QStringLiteral("requests that arrived"), tally.requests);
    m_outcome.add(QStringLiteral("of these per second"),
        QString::number(double(tally.requests) / seconds, 'f', 0));
    m_outcome.add(QStringLiteral("of these sent again by a manager itself"), m_resent);
    m_outcome.add(QStringLiteral("of these met a fault"), tally.faults);
    m_outcome.add(QStringLiteral("server gone and back"), tally.breaks);
    m_outcome.add(QStringLiteral("replies"), m_next);
    m_outcome.add(QStringLiteral("not asked for, as too many waited or it was busy"), m_notAsked);
    m_outcome.add(QStringLiteral("attempts but the first"), m_retries);
    for (auto it = m_ends.begin(); it != m_ends.end(); ++it)
        m_outcome.add(QStringLiteral("ended: ") + it.key(), it.value());
    m_outcome.add(QStringLiteral("deleted"), m_deleted);
    m_outcome.add(QStringLiteral("replies with a deadline"), m_withDeadline);
    m_outcome.add(QStringLiteral("the oldest, past its deadline"), ms(m_pastDeadline));
    m_outcome.add(QStringLiteral("the event loop's longest stall"), ms(m_longestStall));
    for (auto it = tally.limited.begin(); it != tally.limited.end(); ++it)
        m_outcome.limited(it.key(), it.value());
    for (const QString &avoidable : tally.avoidable)
        m_outcome.broken(QStringLiteral("no 429 that could be avoided"), avoidable);
    m_outcome.addMemory(m_memory, QStringLiteral("hour"), m_settings.isLong());
}

} // namespace Turnstile::Soak
