// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/BucketStory.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/models/Sharing.h"
#include "monitor-app/models/Words.h"

#include <algorithm>

namespace Turnstile::Monitor::BucketStory {

namespace {
using namespace std::chrono_literals;

QString number(int count)
{
    return Format::count(quint64(std::max(count, 0)));
}

milliseconds left(TimePoint until, TimePoint now)
{
    return std::max(0ms, std::chrono::ceil<milliseconds>(until - now));
}

bool isLocked(const GlobalLimitInfo &global, TimePoint now)
{
    return global.lockedUntil && *global.lockedUntil > now;
}

// Where who counts for all gives no token: what that is about.
bool isAway(const BucketRow &row, WaitReason reason, TimePoint now)
{
    return (reason == WaitReason::Lease || reason == WaitReason::Turn
               || reason == WaitReason::Bucket)
        && row.state(now) == RowState::RedisAway;
}

bool isElsewhere(const BucketRow &row, WaitReason reason, TimePoint now)
{
    return reason == WaitReason::Bucket && row.state(now) == RowState::InUseElsewhere;
}

// Why, in the few words behind a time.
QString cause(const BucketRow &row, WaitReason reason, const GlobalLimitInfo &global, TimePoint now)
{
    if (isAway(row, reason, now))
        return reason == WaitReason::Bucket ? tr("Redis is away, and its own part is used up")
                                            : tr("Redis cannot be reached");
    if (isElsewhere(row, reason, now))
        return tr("other processes use the last tokens");
    switch (reason) {
    case WaitReason::Route:
        return tr("a 429 holds the route");
    case WaitReason::Bucket:
        return tr("bucket exhausted");
    case WaitReason::Global:
        return isLocked(global, now) ? tr("the token is locked")
                                     : tr("the global limit frees a slot");
    case WaitReason::Cloudflare:
        return tr("Cloudflare blocks this address");
    case WaitReason::InvalidRequests:
        return tr("too many requests were invalid");
    case WaitReason::Connection:
        return tr("all connections are in use");
    case WaitReason::Retry:
        return tr("a failed request is sent again");
    case WaitReason::Turn:
        return tr("other processes go first");
    case WaitReason::Lease:
        return tr("the shared limiter is asked");
    case WaitReason::Probe:
        return tr("the limit is being learnt");
    case WaitReason::Paused:
        return tr("paused");
    case WaitReason::None:
    case WaitReason::Order:
        break;
    }
    return tr("another goes first");
}

// What has to happen, where nobody knows when.
QString condition(const BucketRow &row, const Wait &wait, TimePoint now)
{
    if (isAway(row, wait.reason, now))
        return tr("as soon as Redis can be reached");
    if (isElsewhere(row, wait.reason, now))
        return tr("as soon as another process has its answer");
    const QString behind = wait.behind.isNull() ? QString() : QString::number(wait.behind.number());
    switch (wait.reason) {
    case WaitReason::Paused:
        return tr("when somebody resumes it");
    case WaitReason::Order:
        return behind.isEmpty() ? tr("as soon as the one before is answered")
                                : tr("as soon as #%1 is answered").arg(behind);
    case WaitReason::Probe:
        return behind.isEmpty() ? tr("as soon as the first answer tells the limit")
                                : tr("as soon as the answer to #%1 tells the limit").arg(behind);
    case WaitReason::Bucket:
        return tr("as soon as a request is answered");
    case WaitReason::Route:
        return tr("when the route is free again");
    case WaitReason::Global:
        return tr("as soon as the global limit frees a slot");
    case WaitReason::Cloudflare:
        return tr("when Cloudflare lets this address in");
    case WaitReason::InvalidRequests:
        return tr("when fewer requests were invalid");
    case WaitReason::Connection:
        return tr("as soon as a connection is free");
    case WaitReason::Retry:
        return tr("when the failed request is sent again");
    case WaitReason::Turn:
        return tr("when other processes of the token have been served");
    case WaitReason::Lease:
        return tr("as soon as the shared limiter answers");
    case WaitReason::None:
        break;
    }
    return tr("now");
}

QString whyTheyWait(const BucketRow &row, WaitReason reason, const GlobalLimitInfo &global,
    TimePoint now, const SharedState *shared)
{
    if (isAway(row, reason, now))
        return reason == WaitReason::Bucket
            ? tr("Redis cannot be reached, and the part of this process is used up")
            : tr("Redis cannot be reached");
    if (isElsewhere(row, reason, now))
        return tr("other processes use the last tokens");
    switch (reason) {
    case WaitReason::Paused:
        return tr("somebody paused them");
    case WaitReason::Route:
        return tr("a 429 holds their route alone");
    case WaitReason::Probe:
        return tr("one request learns the limit first");
    case WaitReason::Bucket:
        return tr("no token is left");
    case WaitReason::Global:
        return isLocked(global, now) ? tr("a 429 locked the token everywhere")
                                     : tr("the global limit is used up");
    case WaitReason::Cloudflare:
        return tr("Cloudflare blocks this address");
    case WaitReason::InvalidRequests:
        return tr("one more invalid request could get this address banned");
    case WaitReason::Connection:
        return tr("all connections to the server are in use");
    case WaitReason::Retry:
        return tr("a request failed, and is sent again first");
    case WaitReason::Turn: {
        const QString first = shared ? Sharing::silentFirst(*shared, row.bucket, now) : QString();
        return first.isEmpty() ? tr("other processes of the token go first") : first;
    }
    case WaitReason::Lease:
        return tr("the shared limiter has not answered yet");
    case WaitReason::None:
    case WaitReason::Order:
        break;
    }
    return tr("they go one after another");
}

// When the last one that waits could go, if all goes well: a window's worth at each reset.
std::optional<milliseconds> lastIn(const Bucket &bucket, TimePoint until, TimePoint now)
{
    if (bucket.limit.value_or(0) < 1 || bucket.window.value_or(0ms) <= 0ms || bucket.queued < 2)
        return std::nullopt;
    const qint64 windows = (bucket.queued - 1) / *bucket.limit;
    if (windows > 24h / *bucket.window)
        return std::nullopt; // nobody plans so far
    return left(until, now) + windows * *bucket.window;
}
} // namespace

std::optional<Wait> holdup(const BucketRow &row, const GlobalLimitInfo &global, TimePoint now)
{
    const Bucket &bucket = row.bucket;
    if (bucket.queued > 0 && bucket.wait && bucket.wait->reason != WaitReason::None) {
        // Without a window a token comes with an answer; until then is for who never gets one.
        const bool isWorstCase = bucket.wait->reason == WaitReason::Bucket
            && row.resetsIn(now) == 0ms && bucket.wait->until.value_or(now) > now + 10s;
        return isWorstCase ? Wait{WaitReason::Bucket} : bucket.wait;
    }
    if (bucket.state == BucketState::Paused)
        return Wait{WaitReason::Paused};
    if (!bucket.exempt && isLocked(global, now))
        return Wait{WaitReason::Global, global.lockedUntil};
    if (bucket.state == BucketState::RouteLimited && row.resetsIn(now) > 0ms)
        return Wait{WaitReason::Route, bucket.resetAt};
    const auto tokens = row.tokens(now);
    if (tokens == 0 && row.resetsIn(now) > 0ms)
        return Wait{WaitReason::Bucket, bucket.resetAt};
    if (tokens == 0)
        return Wait{WaitReason::Bucket};
    if (!tokens && bucket.inFlight > 0 && !bucket.exempt)
        return Wait{WaitReason::Probe};
    if (!bucket.exempt && global.limit > 0 && global.used >= global.limit
        && global.nextFreeAt.value_or(now) > now)
        return Wait{WaitReason::Global, global.nextFreeAt};
    if (bucket.queued > 0 && bucket.inFlight > 0)
        return Wait{WaitReason::Order};
    return std::nullopt;
}

QString nextGrant(const BucketRow &row, const GlobalLimitInfo &global, TimePoint now)
{
    const auto wait = holdup(row, global, now);
    if (wait && !wait->until)
        return condition(row, *wait, now);
    if (wait && *wait->until > now)
        return tr("in %1: %2")
            .arg(Format::countdown(left(*wait->until, now)), cause(row, wait->reason, global, now));
    if (wait || row.bucket.queued > 0)
        return tr("now"); // the ratelimiter is about to say so
    if (row.bucket.exempt)
        return tr("now: it needs no slot of the global limit");
    return row.tokens(now) ? tr("now: a token is free") : tr("now: the limit is not known yet");
}

QString explain(
    const BucketRow &row, const GlobalLimitInfo &global, TimePoint now, const SharedState *shared)
{
    const Bucket &bucket = row.bucket;
    if (bucket.queued == 0)
        return bucket.inFlight > 0
            ? tr("Nothing waits.\n%1 in flight.").arg(number(bucket.inFlight))
            : tr("Nothing waits.");
    QString who = bucket.queued == 1 ? tr("1 waits") : tr("%1 wait").arg(number(bucket.queued));
    if (bucket.oldestAskedAt) {
        const QString age = Format::duration(
            std::max(0ms, std::chrono::floor<milliseconds>(now - *bucket.oldestAskedAt)));
        who =
            bucket.queued == 1 ? tr("%1, for %2").arg(who, age) : tr("%1, up to %2").arg(who, age);
    }
    const auto wait = holdup(row, global, now);
    if (!wait || (wait->until && *wait->until <= now))
        return tr("%1: they go now.").arg(who);
    const QString why = tr("%1: %2.").arg(who, whyTheyWait(row, wait->reason, global, now, shared));
    const bool isTold = wait->reason == WaitReason::Bucket && wait->until
        && !isElsewhere(row, wait->reason, now) && !isAway(row, wait->reason, now);
    const auto last = isTold ? lastIn(bucket, *wait->until, now) : std::nullopt;
    if (!last)
        return why;
    const bool isAlone = !row.isShared || !shared || shared->processes.size() < 2;
    return isAlone || bucket.exempt
        ? tr("%1\nThe last one goes in about %2.").arg(why, Format::duration(last))
        : tr("%1\nThe last one goes at the earliest in %2.").arg(why, Format::duration(last));
}

QString limit(const Bucket &bucket)
{
    if (!bucket.limit)
        return tr("not known yet");
    if (!bucket.window)
        return number(*bucket.limit);
    return tr("%1 per %2").arg(number(*bucket.limit), Format::duration(bucket.window));
}

QString sharedBy(const Bucket &bucket)
{
    if (bucket.exempt)
        return bucket.lanes == 1 ? tr("1 interaction")
                                 : tr("%1 interactions").arg(number(bucket.lanes));
    return bucket.lanes == 1 ? tr("1 endpoint") : tr("%1 endpoints").arg(number(bucket.lanes));
}

QString majorResource(QByteArrayView resource)
{
    const QList<QByteArray> parts = resource.toByteArray().split('/');
    if (parts.size() < 2)
        return tr("none");
    const QString id = QString::fromUtf8(parts[1]);
    if (parts[0] == "channels")
        return tr("channel %1").arg(id);
    if (parts[0] == "guilds")
        return tr("guild %1").arg(id);
    if (parts[0] == "webhooks")
        return tr("webhook %1").arg(id);
    if (parts[0] == "interactions")
        return tr("interaction %1").arg(id);
    return QString::fromUtf8(parts[0]) + QLatin1Char(' ') + id;
}

QString load(const BucketRow &row, TimePoint now)
{
    const auto tokens = row.tokens(now);
    return tr("%1 / %2 / %3")
        .arg(tokens ? number(*tokens) : QStringLiteral("–"), number(row.bucket.inFlight),
            number(row.bucket.queued));
}

} // namespace Turnstile::Monitor::BucketStory
