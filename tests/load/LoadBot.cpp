// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/load/LoadBot.h"

#include "ratelimit/Clock.h"

#include <algorithm>

namespace Turnstile {

namespace {
constexpr milliseconds turnInterval{5};
constexpr milliseconds latency{50};
constexpr milliseconds window{5000};
constexpr int perWindow = 5;

SchedulerOptions withoutGlobalLimit()
{
    SchedulerOptions options;
    options.globalLimit = 0;
    return options;
}
} // namespace

LoadBot::LoadBot(int buckets, int perSecond)
    : m_limiter(withoutGlobalLimit())
    , m_perSecond(perSecond)
{
    m_routes.reserve(size_t(buckets));
    for (int i = 1; i <= buckets; ++i)
        m_routes.push_back(
            {{Method::Get, QStringLiteral("/channels/%1/messages").arg(i)}, {}, perWindow});
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &LoadBot::turn);
}

LoadBot::~LoadBot() = default;

void LoadBot::start()
{
    m_startedAt = m_lastTurn = clockNow();
    m_timer.start(turnInterval);
}

void LoadBot::turn()
{
    const TimePoint now = clockNow();
    const auto stall = std::chrono::floor<milliseconds>(now - m_lastTurn) - turnInterval;
    m_longestStall = std::max(m_longestStall, stall);
    m_lastTurn = now;

    for (; !m_requests.empty() && m_requests.front().answerAt <= now; m_requests.pop_front())
        answer(m_requests.front(), now);

    const auto elapsed = std::chrono::floor<milliseconds>(now - m_startedAt);
    const quint64 due = quint64(elapsed.count()) * quint64(m_perSecond) / 1000;
    for (; m_due < due; ++m_due) {
        if (m_waiting < m_perSecond)
            ask(m_next++ % m_routes.size());
        else
            ++m_notAsked;
    }
}

void LoadBot::ask(size_t route)
{
    ++m_waiting;
    TicketReceiver *ticket = m_limiter.ticket(m_routes[route].endpoint); // deletes itself
    connect(ticket, &TicketReceiver::available, this, [this, route](const TicketSender &sender) {
        --m_waiting;
        ++m_granted;
        sender.sent();
        m_requests.push_back({clockNow() + latency, route, sender});
    });
    connect(ticket, &TicketReceiver::failed, this, [this] {
        --m_waiting;
        ++m_failed;
    });
}

void LoadBot::answer(const Request &request, TimePoint now)
{
    Route &route = m_routes[request.route];
    if (now >= route.windowEnds) {
        route.windowEnds = now + window;
        route.left = perWindow;
    }
    RatelimitHeaders headers;
    headers.kind = RatelimitHeaders::Kind::Bucket;
    headers.status = 200;
    headers.limit = perWindow;
    headers.remaining = route.left = std::max(0, route.left - 1);
    headers.resetAfter = std::chrono::ceil<milliseconds>(route.windowEnds - now);
    headers.bucket = "load";
    headers.via = true;
    request.sender.headers(headers);
}

} // namespace Turnstile
