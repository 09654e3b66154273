// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/redis/RedisRequest.h"

#include <QtCore/QJsonDocument>

#include <algorithm>

namespace Turnstile {

static QString text(const QByteArray &bytes)
{
    return QString::fromUtf8(bytes);
}

static qint64 milli(std::chrono::nanoseconds time)
{
    return std::chrono::ceil<milliseconds>(time).count();
}

RedisRequest::RedisRequest(
    const QByteArray &process, const RedisOptions &options, const SchedulerOptions &scheduling)
    : m_request{{u"v"_qs, 1}, {u"p"_qs, text(process)},
        {u"lease"_qs, qint64(scheduling.responseTimeout.count())},
        {u"global"_qs, scheduling.globalLimit},
        {u"period"_qs, qint64(scheduling.globalPeriod.count())}, {u"group"_qs, options.ipGroup},
        {u"invalid"_qs, scheduling.invalidLimit},
        {u"invalidPeriod"_qs, qint64(scheduling.invalidPeriod.count())}}
{
}

void RedisRequest::add(
    const QJsonArray &done, const QJsonArray &back, const QJsonArray &drop, const QJsonArray &wants)
{
    const std::pair<QLatin1String, const QJsonArray &> lists[] = {{QLatin1String("done"), done},
        {QLatin1String("back"), back}, {QLatin1String("drop"), drop},
        {QLatin1String("want"), wants}};
    for (const auto &[name, entries] : lists) {
        if (!entries.isEmpty())
            m_request.insert(name, entries);
    }
}

QByteArray RedisRequest::toJson() const
{
    return QJsonDocument(m_request).toJson(QJsonDocument::Compact);
}

static QString kindOf(RatelimitHeaders::Kind kind)
{
    switch (kind) {
    case RatelimitHeaders::Kind::None:
        return QStringLiteral("none");
    case RatelimitHeaders::Kind::Bucket:
        return QStringLiteral("bucket");
    case RatelimitHeaders::Kind::Global:
        return QStringLiteral("global");
    case RatelimitHeaders::Kind::Invalid:
        return QStringLiteral("invalid");
    }
    return {};
}

static QString kindOf(LimitKind kind)
{
    switch (kind) {
    case LimitKind::Bucket:
        return QStringLiteral("bucket");
    case LimitKind::Sublimit:
        return QStringLiteral("sublimit");
    case LimitKind::Shared:
        return QStringLiteral("shared");
    case LimitKind::Global:
        return QStringLiteral("global");
    case LimitKind::Cloudflare:
        return QStringLiteral("cloudflare");
    }
    return {};
}

static void addHeaders(QJsonObject &entry, const RatelimitHeaders &headers)
{
    entry.insert(u"status", headers.status);
    entry.insert(u"kind", kindOf(headers.kind));
    if (headers.limit)
        entry.insert(u"limit", *headers.limit);
    if (headers.remaining)
        entry.insert(u"remaining", *headers.remaining);
    if (headers.resetAfter)
        entry.insert(u"after", qint64(headers.resetAfter->count()));
    if (headers.reset)
        entry.insert(u"reset", qint64(headers.reset->time_since_epoch().count()));
    if (!headers.bucket.isEmpty())
        entry.insert(u"hash", text(headers.bucket));
}

QJsonObject RedisRequest::done(const Done &done)
{
    QJsonObject entry = lease(done.bucket, done.lease);
    entry.insert(u"age", milli(done.age));
    entry.insert(u"sent", milli(done.sent));
    if (!done.route.isEmpty())
        entry.insert(u"route", text(done.route));
    if (!done.name.isEmpty())
        entry.insert(u"name", text(done.name));
    switch (done.response.kind) {
    case Response::Kind::Answered:
        entry.insert(u"how", QStringLiteral("answered"));
        if (done.response.headers)
            addHeaders(entry, *done.response.headers);
        break;
    case Response::Kind::Lost:
        entry.insert(u"how", QStringLiteral("lost"));
        break;
    case Response::Kind::Unused:
        entry.insert(u"how", QStringLiteral("unused"));
        break;
    }
    if (done.limit)
        entry.insert(u"limited",
            QJsonObject{{u"kind"_qs, kindOf(done.limit->kind)},
                {u"wait"_qs, qint64(done.limit->wait.count())}});
    return entry;
}

QJsonObject RedisRequest::lost(const QByteArray &bucket, qint64 number)
{
    QJsonObject entry = lease(bucket, number);
    entry.insert(u"how", QStringLiteral("lost"));
    return entry;
}

QJsonObject RedisRequest::lease(const QByteArray &bucket, qint64 number)
{
    return {{u"b"_qs, text(bucket)}, {u"l"_qs, number}};
}

QJsonObject RedisRequest::want(
    const QByteArray &bucket, qint64 first, int count, const QByteArray &route)
{
    return {
        {u"b"_qs, text(bucket)}, {u"seq"_qs, first}, {u"n"_qs, count}, {u"route"_qs, text(route)}};
}

QJsonArray RedisRequest::takeSome(QJsonArray &entries)
{
    if (entries.size() <= mostEntries)
        return std::exchange(entries, {});
    QJsonArray some;
    for (qsizetype i = 0; i < mostEntries; ++i)
        some.append(entries.takeAt(0));
    return some;
}

} // namespace Turnstile
