// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/http/RestClient.h"
#include "ratelimit/redis/RedisRatelimiter.h"
#include "ratelimit/testing/ModelApi.h"
#include "tests/common/RedisServer.h"

#include <algorithm>
#include <memory>
#include <vector>

/// How a bot of these tests finds its Redis.
inline Turnstile::RedisOptions redisAt(const QString &unixSocket)
{
    return {.unixSocket = unixSocket,
        .fingerprint = "f1",
        .commandTimeout = Turnstile::milliseconds(1000)};
}

/// One of several bots with the same token.
class RedisBot {
public:
    RedisBot(const Turnstile::RedisOptions &redis, const QUrl &api,
        const Turnstile::SchedulerOptions &options = {})
        : limiter(std::make_unique<Turnstile::RedisRatelimiter>(redis, options))
        , client(std::make_unique<Turnstile::RestClient>(limiter.get()))
    {
        client->setBaseUrl(api);
    }

    Turnstile::RestReply *get(const QString &path)
    {
        ++asked;
        auto *reply = client->get(path);
        QObject::connect(reply, &Turnstile::RestReply::finished, client.get(),
            [this, reply] { (reply->result() ? succeeded : failed) += 1; });
        return reply;
    }
    Turnstile::RestReply *get(int channel)
    {
        return get(QStringLiteral("/channels/%1/messages").arg(channel));
    }
    bool isDone() const { return succeeded + failed == asked; }

    std::unique_ptr<Turnstile::RedisRatelimiter> limiter;
    std::unique_ptr<Turnstile::RestClient> client;
    int asked = 0;
    int succeeded = 0;
    int failed = 0;
};

/// Several of them in this process.
class RedisBots {
public:
    RedisBots(const QString &unixSocket, const QUrl &api, int count,
        const Turnstile::SchedulerOptions &options = {})
    {
        bots.reserve(size_t(count));
        for (int i = 0; i < count; ++i)
            bots.push_back(std::make_unique<RedisBot>(redisAt(unixSocket), api, options));
    }
    /// Each asks \a count times, in \a channels in turn.
    void get(int count, int channels)
    {
        for (int i = 0; i < count; ++i) {
            for (const auto &bot : bots)
                bot->get(i % channels);
        }
    }
    bool areDone() const
    {
        return std::all_of(bots.begin(), bots.end(), [](const auto &bot) { return bot->isDone(); });
    }
    bool areConnected() const
    {
        return std::all_of(bots.begin(), bots.end(),
            [](const auto &bot) { return bot->limiter->sharing().isConnected; });
    }
    int succeeded() const
    {
        int sum = 0;
        for (const auto &bot : bots)
            sum += bot->succeeded;
        return sum;
    }

    std::vector<std::unique_ptr<RedisBot>> bots;
};

/// Leases that Redis knows of, counted by bucket and all together: the larger number.
inline qlonglong leasesIn(RedisServer &redis)
{
    qlonglong count = 0;
    for (const QVariant &key : redis.command({"KEYS", "turnstile:{f1}:l:*"}).toList())
        count += redis.command({"ZCARD", key.toByteArray()}).toLongLong();
    return std::max(count, redis.command({"ZCARD", "turnstile:{f1}:gl"}).toLongLong());
}
