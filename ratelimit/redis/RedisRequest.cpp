// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/redis/RedisRequest.h"

#include <QtCore/QCryptographicHash>
#include <QtCore/QJsonDocument>

#include <algorithm>

namespace Turnstile {

// The script takes no more than 1024 bytes.
static constexpr qsizetype longestText = 1000;
// Nor numbers from 1e14 on. A server may name any; what is meant in earnest is far below.
static constexpr qint64 largestNumber = 10'000'000'000'000;

static QString text(const QByteArray &bytes)
{
    return QString::fromUtf8(RedisRequest::name(bytes));
}

static qint64 bounded(qint64 number)
{
    return std::clamp(number, -largestNumber, largestNumber);
}

static qint64 milli(std::chrono::nanoseconds time)
{
    return bounded(std::chrono::ceil<milliseconds>(time).count());
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

QByteArray RedisRequest::name(const QByteArray &bucket)
{
    if (!bucket.isValidUtf8())
        return name(QString::fromUtf8(bucket).toUtf8());
    if (bucket.size() <= longestText)
        return bucket;
    QByteArray start = bucket.first(longestText - 65);
    while (!start.isValidUtf8())
        start.chop(1);
    return start + '~' + QCryptographicHash::hash(bucket, QCryptographicHash::Sha256).toHex();
}

void RedisRequest::addList(QLatin1String name, const QJsonArray &entries)
{
    if (entries.isEmpty())
        return;
    m_request.insert(name, entries);
    m_isEmpty = false;
}

QByteArray RedisRequest::toJson() const
{
    QJsonObject request = m_request;
    if (!m_wants.isEmpty())
        request.insert(u"want", m_wants);
    if (!m_wants.isEmpty() && !m_pools.isEmpty())
        request.insert(u"most", m_pools);
    return QJsonDocument(request).toJson(QJsonDocument::Compact);
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
        entry.insert(u"after", bounded(headers.resetAfter->count()));
    if (headers.reset)
        entry.insert(u"reset", bounded(headers.reset->time_since_epoch().count()));
    if (!headers.bucket.isEmpty())
        entry.insert(u"hash", text(headers.bucket));
}

static QString howOf(Response::Kind kind)
{
    switch (kind) {
    case Response::Kind::Answered:
        return QStringLiteral("answered");
    case Response::Kind::Lost:
        return QStringLiteral("lost");
    case Response::Kind::Unused:
        return QStringLiteral("unused");
    }
    return {};
}

static QJsonObject leaseEntry(const RedisLease &lease)
{
    return {{u"b"_qs, text(lease.bucket)}, {u"l"_qs, lease.number}};
}

static QJsonObject doneEntry(const RedisDone &done, TimePoint now)
{
    QJsonObject entry = leaseEntry(done.lease);
    if (done.isExempt)
        entry.insert(u"exempt", true);
    entry.insert(u"age", milli(now - done.grantedAt));
    entry.insert(u"sent", milli(now - done.sentAt));
    entry.insert(u"ago", bounded(std::chrono::floor<milliseconds>(now - done.answeredAt).count()));
    if (!done.route.isEmpty())
        entry.insert(u"route", text(done.route));
    if (!done.name.isEmpty())
        entry.insert(u"name", text(done.name));
    if (!done.lane.isEmpty())
        entry.insert(u"lane", text(done.lane));
    if (done.isSplit)
        entry.insert(u"split", true);
    entry.insert(u"how", howOf(done.response.kind));
    if (done.response.headers)
        addHeaders(entry, *done.response.headers);
    if (done.limit)
        entry.insert(u"limited",
            QJsonObject{{u"kind"_qs, kindOf(done.limit->kind)},
                {u"wait"_qs, bounded(done.limit->wait.count())}});
    return entry;
}

void RedisRequest::addDone(const std::deque<RedisDone> &done, TimePoint now)
{
    QJsonArray entries;
    for (const RedisDone &entry : done)
        entries.append(doneEntry(entry, now));
    addList(QLatin1String("done"), entries);
}

void RedisRequest::addBack(const std::deque<RedisLease> &back)
{
    QJsonArray entries;
    for (const RedisLease &lease : back)
        entries.append(leaseEntry(lease));
    addList(QLatin1String("back"), entries);
}

void RedisRequest::addDrop(const QSet<QByteArray> &drop)
{
    QJsonArray entries;
    for (const QByteArray &list : drop)
        entries.append(text(list));
    addList(QLatin1String("drop"), entries);
}

// An empty list asks, too.
void RedisRequest::addLook(const QByteArrayList &buckets)
{
    QJsonArray entries;
    for (const QByteArray &bucket : buckets.first(std::min(buckets.size(), mostEntries)))
        entries.append(text(bucket));
    m_request.insert(u"look", entries);
    m_isEmpty = false;
}

static void addTexts(QJsonObject &entry, QLatin1String name, const std::vector<QByteArray> &texts)
{
    QJsonArray all;
    for (const QByteArray &each : texts)
        all.append(text(each));
    if (!texts.empty())
        entry.insert(name, all);
}

void RedisRequest::addWant(qint64 first, int count, const Scheduler::LeaseNeed &need,
    const std::vector<QByteArray> &probes, int pool)
{
    QJsonObject want{{u"b"_qs, text(need.bucket)}, {u"seq"_qs, first}, {u"n"_qs, count},
        {u"route"_qs, text(need.route)}};
    addTexts(want, QLatin1String("routes"), need.otherRoutes);
    addTexts(want, QLatin1String("before"), need.before);
    addTexts(want, QLatin1String("probes"), probes);
    if (pool > 0)
        want.insert(u"pool", pool);
    m_wants.append(want);
    m_isEmpty = false;
}

int RedisRequest::addPool(int most)
{
    m_pools.append(most);
    return int(m_pools.size());
}

void RedisRequest::setMargin(milliseconds margin)
{
    m_request.insert(u"margin", qint64(margin.count()));
}

} // namespace Turnstile
