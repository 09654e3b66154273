// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Event.h"
#include "ratelimit/core/Response.h"
#include "ratelimit/core/SchedulerOptions.h"
#include "ratelimit/redis/RedisOptions.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonObject>

namespace Turnstile {

/// What a process says to `turnstile.lua` in one call.
class RedisRequest {
public:
    static constexpr qsizetype mostEntries = 300; ///< of each list

    RedisRequest(
        const QByteArray &process, const RedisOptions &options, const SchedulerOptions &scheduling);

    void add(const QJsonArray &done, const QJsonArray &back, const QJsonArray &drop,
        const QJsonArray &wants);
    QByteArray toJson() const;

    /// What became of a request.
    struct Done {
        QByteArray bucket;
        qint64 lease = 0;
        QByteArray route;
        QByteArray name;               // of the bucket that the answer names
        std::chrono::nanoseconds age;  // since it was granted
        std::chrono::nanoseconds sent; // since it was sent
        const Response &response;
        const std::optional<Event> &limit; // of a 429
    };
    static QJsonObject done(const Done &done);
    static QJsonObject lost(const QByteArray &bucket, qint64 lease);
    static QJsonObject lease(const QByteArray &bucket, qint64 number);
    static QJsonObject want(
        const QByteArray &bucket, qint64 first, int count, const QByteArray &route);
    /// The first of \a entries, as many as fit; they are removed.
    static QJsonArray takeSome(QJsonArray &entries);

private:
    QJsonObject m_request;
};

} // namespace Turnstile
