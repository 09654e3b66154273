// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/benchmarks/cost/Bot.h"

#include <QtCore/QCoreApplication>

namespace Turnstile::Bench {

namespace {
SchedulerOptions unlimited()
{
    SchedulerOptions options;
    options.globalLimit = 0;
    return options;
}
} // namespace

Bot::Bot(int buckets)
    : m_limiter(unlimited())
{
    m_answer.status = 200;
    m_answer.kind = RatelimitHeaders::Kind::Bucket;
    m_answer.limit = m_answer.remaining = 1'000'000;
    m_answer.resetAfter = std::chrono::hours(1);
    m_answer.bucket = "80c17d2f203122d936070c88c8d10f33";
    m_answer.via = true;
    m_endpoints.reserve(size_t(buckets));
    for (int i = 1; i <= buckets; ++i)
        m_endpoints.emplace_back(Method::Get, QStringLiteral("/channels/%1/messages").arg(i));
    run(2 * std::max(buckets, burst));
}

void Bot::run(int count)
{
    for (int done = 0; done < count; done += burst)
        doBurst();
}

void Bot::doBurst()
{
    for (int i = 0; i < burst; ++i) {
        TicketReceiver *ticket = m_limiter.ticket(m_endpoints[m_next++ % m_endpoints.size()]);
        QObject::connect(
            ticket, &TicketReceiver::available, &m_limiter, [this](const TicketSender &sender) {
                sender.headers(m_answer);
                ++m_done;
            });
    }
    while (m_done < burst)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    m_done = 0;
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    QCoreApplication::processEvents();
}

} // namespace Turnstile::Bench
