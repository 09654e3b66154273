// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/testing/ServerModel.h"

#include "ratelimit/testing/RoutePattern.h"
#include "ratelimit/testing/WindowCounter.h"

#include <QtCore/QCryptographicHash>
#include <QtCore/QDateTime>
#include <QtCore/QHash>
#include <QtCore/QLocale>
#include <QtCore/QLoggingCategory>

#include <algorithm>
#include <unordered_map>

namespace Turnstile {
namespace {

Q_LOGGING_CATEGORY(lcServer, "turnstile.testing.server")

constexpr qsizetype maxViolations = 1000;
constexpr size_t firstSweep = 4096;
constexpr char bucketPrefix[] = "bucket ";

struct Counter {
    WindowCounter window;
    BucketStats stats;
};

/// Where the requests of one lane are counted. Null: no such limit.
struct Lane {
    BucketRule rule;
    QByteArray hash;
    Counter *global = nullptr;
    Counter *bucket = nullptr;
    Counter *shared = nullptr;
    Counter *sublimit = nullptr;
};

QByteArray derivedHash(const QByteArray &route)
{
    return QCryptographicHash::hash(route, QCryptographicHash::Md5).toHex();
}

milliseconds roundUp(std::chrono::nanoseconds duration)
{
    return std::chrono::ceil<milliseconds>(qMax(duration, std::chrono::nanoseconds(0)));
}

QByteArray seconds(milliseconds time)
{
    return QByteArray::number(time.count() / 1000) + '.'
        + QByteArray::number(1000 + time.count() % 1000).sliced(1);
}

QByteArray httpDate(std::chrono::seconds epoch)
{
    const QDateTime time = QDateTime::fromSecsSinceEpoch(epoch.count(), Qt::UTC);
    return QLocale::c().toString(time, u"ddd, dd MMM yyyy hh:mm:ss 'GMT'").toLatin1();
}

} // namespace

class ServerModel::Private {
public:
    Lane &lane(const Endpoint &endpoint, const Credential &credential, TimePoint now);
    const BucketRule &rule(const QByteArray &route) const;
    void sweep(TimePoint now);
    std::chrono::nanoseconds wall(TimePoint time) const { return epoch + time.time_since_epoch(); }
    Endpoint at(const Endpoint &request, TimePoint time) const
    {
        return request.at(WallTime(std::chrono::floor<milliseconds>(wall(time))));
    }

    std::chrono::nanoseconds epoch{0};
    Dialects dialects;
    BucketRule defaultRule;
    QHash<QByteArray, BucketRule> rules; // by pattern
    Quota global;

    QHash<QByteArray, Lane> lanes; // a cache: points into the counters
    std::unordered_map<QByteArray, Counter> counters;
    size_t sweepAt = firstSweep;
    ServerStats stats;
    mutable std::chrono::seconds dateTime{-1};
    mutable QByteArray date;
};

const BucketRule &ServerModel::Private::rule(const QByteArray &route) const
{
    const QByteArray pattern = routePattern(route);
    auto it = rules.constFind(pattern);
    if (it == rules.cend())
        it = rules.constFind(withoutVariant(pattern));
    return it == rules.cend() ? defaultRule : *it;
}

Lane &ServerModel::Private::lane(
    const Endpoint &endpoint, const Credential &credential, TimePoint now)
{
    if (const auto it = lanes.find(endpoint.lane()); it != lanes.end())
        return *it;

    if (counters.size() >= sweepAt || size_t(lanes.size()) >= 2 * sweepAt)
        sweep(now);
    const QByteArray who = '\n' + credential.fingerprint();
    const QByteArray &major = endpoint.majorResource();
    const auto place = [&endpoint, &major](
                           const char *kind) { return kind + endpoint.route() + '\n' + major; };

    Lane lane{rule(endpoint.route()), {}};
    lane.hash = lane.rule.hash.isEmpty() ? derivedHash(endpoint.route()) : lane.rule.hash;
    if (global.limit > 0 && !endpoint.isExemptFromGlobal())
        lane.global = &counters["global" + who];
    if (lane.rule.limit > 0)
        lane.bucket =
            &counters[bucketPrefix + lane.hash + (major.isEmpty() ? "" : ":") + major + who];
    if (lane.rule.shared.limit > 0)
        lane.shared = &counters[place("shared ")];
    if (lane.rule.sublimit.limit > 0)
        lane.sublimit = &counters[place("sublimit ") + who];
    return *lanes.insert(endpoint.lane(), lane);
}

void ServerModel::Private::sweep(TimePoint now)
{
    lanes.clear();
    std::erase_if(
        counters, [now](const auto &entry) { return entry.second.window.fullAt() <= now; });
    sweepAt = qMax(firstSweep, 2 * counters.size());
}

ServerModel::ServerModel()
    : d(std::make_unique<Private>())
{
}

ServerModel::~ServerModel() = default;
ServerModel::ServerModel(ServerModel &&) noexcept = default;
ServerModel &ServerModel::operator=(ServerModel &&) noexcept = default;

void ServerModel::setEpoch(WallTime epoch)
{
    d->epoch = epoch.time_since_epoch();
}

void ServerModel::setVia(bool via)
{
    d->dialects.setFlag(Dialect::NoVia, !via);
}

void ServerModel::setDialects(Dialects dialects)
{
    d->dialects = dialects;
}

void ServerModel::setDefaultLimit(const BucketRule &rule)
{
    d->defaultRule = rule;
    d->lanes.clear();
}

void ServerModel::setLimit(const QByteArray &route, const BucketRule &rule)
{
    const qsizetype space = route.indexOf(' ');
    if (!methodFromName(QByteArrayView(route).first(qMax(space, 0)))
        || route.mid(space + 1, 1) != "/")
        qCWarning(lcServer) << "No request has this route, so its limit is never used:" << route;
    d->rules.insert(routePattern(route), rule);
    d->lanes.clear();
}

void ServerModel::setGlobalLimit(const Quota &quota)
{
    d->global = quota;
    d->lanes.clear();
}

ServerDecision ServerModel::decide(
    const Endpoint &request, TimePoint now, const Credential &credential)
{
    const Endpoint endpoint = d->at(request, now);
    Lane &lane = d->lane(endpoint, credential, now);
    ServerDecision decision;
    decision.time = now;
    decision.hash = lane.hash;

    const auto passes = [&](Counter *counter, const Quota &quota, LimitKind kind) {
        if (!counter || decision.limitedBy)
            return !decision.limitedBy;
        counter->window.roll(quota, now);
        if (counter->window.remaining() > 0)
            return true;
        decision.status = 429;
        decision.limitedBy = kind;
        if (d->dialects.testFlag(Dialect::GrowingWait))
            counter->window.extend();
        decision.retryAfter = counter->window.nextAt() - now;
        return false;
    };
    const BucketRule &rule = lane.rule;
    if (passes(lane.global, d->global, LimitKind::Global)) {
        if (lane.global)
            lane.global->window.take(now);
        passes(lane.bucket, {rule.limit, rule.window, rule.kind}, LimitKind::Bucket);
        passes(lane.shared, rule.shared, LimitKind::Shared);
        passes(lane.sublimit, rule.sublimit, LimitKind::Sublimit);
        for (Counter *counter : {lane.bucket, lane.shared, lane.sublimit}) {
            if (counter && !decision.limitedBy)
                counter->window.take(now);
        }
        decision.hasBucket = lane.bucket;
    }
    if (decision.hasBucket) {
        decision.limit = rule.limit;
        decision.remaining = lane.bucket->window.remaining();
        decision.fullAt = std::max(lane.bucket->window.fullAt(), now);
        ++(decision.limitedBy ? lane.bucket->stats.limited : lane.bucket->stats.passed);
    }

    ++d->stats.requests;
    ++d->stats.byStatus[decision.status];
    if (decision.limitedBy) {
        ++d->stats.limited[*decision.limitedBy];
        if (d->stats.violations.size() < maxViolations) {
            d->stats.violations.append(
                {now, endpoint.name(), *decision.limitedBy, roundUp(decision.retryAfter)});
        }
    }
    return decision;
}

ServerDecision ServerModel::refuse(const Endpoint &request, TimePoint now,
    const Credential &credential, LimitKind kind, milliseconds retryAfter)
{
    const Endpoint endpoint = d->at(request, now);
    const Lane &lane = d->lane(endpoint, credential, now);
    ServerDecision decision{.status = 429, .limitedBy = kind, .hash = lane.hash, .time = now};
    decision.retryAfter = retryAfter;
    decision.hasBucket = lane.bucket && kind != LimitKind::Global;
    if (decision.hasBucket) {
        const bool isBucket = kind == LimitKind::Bucket;
        WindowCounter &window = lane.bucket->window;
        window.roll({lane.rule.limit, lane.rule.window, lane.rule.kind}, now);
        decision.limit = lane.rule.limit;
        decision.remaining = isBucket ? 0 : qMax(1, window.remaining());
        decision.fullAt = isBucket ? now + retryAfter : std::max(window.fullAt(), now);
    }
    return decision;
}

ServerReply ServerModel::reply(const ServerDecision &decision) const
{
    const bool global = decision.limitedBy == LimitKind::Global;
    const bool shared = decision.limitedBy == LimitKind::Shared;
    ServerReply reply;
    reply.status = decision.status;

    const std::chrono::nanoseconds wall = d->wall(decision.time);
    if (const auto now = std::chrono::floor<std::chrono::seconds>(wall); now != d->dateTime) {
        d->dateTime = now;
        d->date = httpDate(now);
    }
    reply.headers.emplaceBack("Date", d->date);
    reply.headers.emplaceBack("Content-Type", "application/json");
    const auto says = [this](Dialect dialect) { return d->dialects.testFlag(dialect); };
    const auto add = [&reply](const char *name, const QByteArray &value) {
        reply.headers.emplaceBack(name, value);
    };
    if (!says(Dialect::NoVia))
        add("Via", "1.1 google");
    if (decision.hasBucket) {
        const bool early = says(Dialect::RemainingBefore) && !decision.limitedBy;
        const milliseconds reset = roundUp(d->wall(decision.fullAt));
        add("X-RateLimit-Limit", QByteArray::number(decision.limit));
        add("X-RateLimit-Remaining", QByteArray::number(decision.remaining + (early ? 1 : 0)));
        add("X-RateLimit-Reset",
            says(Dialect::ResetInMilliseconds) ? QByteArray::number(qint64(reset.count()))
                                               : seconds(reset));
        if (!says(Dialect::NoResetAfter))
            add("X-RateLimit-Reset-After", seconds(roundUp(decision.fullAt - decision.time)));
        if (!says(Dialect::NoBucket))
            add("X-RateLimit-Bucket", decision.hash);
    }
    if (global)
        add("X-RateLimit-Global", "true");
    else if (says(Dialect::GlobalFalse))
        add("X-RateLimit-Global", "false");
    if (decision.limitedBy) {
        const milliseconds wait = roundUp(decision.retryAfter);
        const auto addRetryAfter = [&](milliseconds time) {
            const auto whole = std::chrono::ceil<std::chrono::seconds>(time).count();
            add("Retry-After",
                says(Dialect::DecimalRetryAfter) ? seconds(time) : QByteArray::number(whole));
        };
        addRetryAfter(wait);
        if (says(Dialect::DoubledRetryAfter))
            addRetryAfter(wait + milliseconds(1000));
        add("X-RateLimit-Scope", global ? "global" : shared ? "shared" : "user");
        reply.body = QByteArray("{\"message\":\"")
            + (shared ? "The resource is being rate limited." : "You are being rate limited.")
            + "\",\"retry_after\":" + seconds(wait) + ",\"global\":" + (global ? "true" : "false")
            + '}';
    }
    return reply;
}

ServerReply ServerModel::answer(
    const Endpoint &endpoint, TimePoint now, const Credential &credential)
{
    return reply(decide(endpoint, now, credential));
}

ServerStats ServerModel::stats() const
{
    ServerStats stats = d->stats;
    for (const auto &[key, counter] : d->counters) {
        const bool used = counter.stats.passed + counter.stats.limited > 0;
        if (!used || !key.startsWith(bucketPrefix))
            continue;
        const QByteArray name =
            key.first(key.indexOf('\n')).sliced(qsizetype(qstrlen(bucketPrefix)));
        BucketStats &bucket = stats.buckets[QString::fromUtf8(name)];
        bucket.passed += counter.stats.passed;
        bucket.limited += counter.stats.limited;
    }
    return stats;
}

void ServerModel::resetStats()
{
    d->stats = {};
    for (auto &[key, counter] : d->counters)
        counter.stats = {};
}

qsizetype ServerModel::counterCount() const
{
    return qsizetype(d->counters.size());
}

} // namespace Turnstile
