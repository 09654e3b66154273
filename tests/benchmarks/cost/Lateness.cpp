// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/benchmarks/cost/Lateness.h"

#include "ratelimit/Clock.h"
#include "ratelimit/InMemoryRatelimiter.h"

#include <QtCore/QEventLoop>

#include <algorithm>
#include <random>

namespace Turnstile::Bench {

std::vector<std::chrono::nanoseconds> measureLateness(int count)
{
    InMemoryRatelimiter limiter;
    const Endpoint endpoint(Method::Get, QLatin1StringView("/channels/1/messages"));
    RatelimitHeaders answer;
    answer.status = 200;
    answer.kind = RatelimitHeaders::Kind::Bucket;
    answer.limit = 1;
    answer.remaining = 0;
    answer.bucket = "80c17d2f203122d936070c88c8d10f33";
    answer.via = true;

    std::vector<std::chrono::nanoseconds> late;
    late.reserve(size_t(count));
    std::mt19937 random(1);
    std::uniform_int_distribution windows(25, 35);
    TimePoint reset;
    QEventLoop loop;
    for (int i = 0; i <= count; ++i) {
        TicketReceiver *ticket = limiter.ticket(endpoint);
        QObject::connect(
            ticket, &TicketReceiver::available, &limiter, [&](const TicketSender &sender) {
                const TimePoint now = clockNow();
                if (reset != TimePoint())
                    late.push_back(now - reset);
                answer.resetAfter = milliseconds(windows(random));
                reset = now + *answer.resetAfter;
                sender.headers(answer);
                loop.quit();
            });
        loop.exec();
    }
    std::sort(late.begin(), late.end());
    return late;
}

} // namespace Turnstile::Bench
