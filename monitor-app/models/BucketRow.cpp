// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/BucketRow.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/models/Words.h"

#include <algorithm>

namespace Turnstile::Monitor {

namespace {
constexpr milliseconds sameMoment{50};
} // namespace

QString stateName(RowState state)
{
    switch (state) {
    case RowState::Paused:
        return tr("paused");
    case RowState::GloballyLocked:
        return tr("global lock");
    case RowState::RedisAway:
        return tr("Redis away");
    case RowState::RouteLimited:
        return tr("route limit");
    case RowState::Exhausted:
        return tr("exhausted");
    case RowState::InUseElsewhere:
        return tr("in use elsewhere");
    case RowState::OthersFirst:
        return tr("others first");
    case RowState::Probing:
        return tr("probing");
    case RowState::Open:
        return tr("open");
    case RowState::Exempt:
        return tr("exempt");
    case RowState::Idle:
        return tr("idle");
    }
    Q_UNREACHABLE();
}

QString shortStateName(RowState state)
{
    return state == RowState::InUseElsewhere ? tr("elsewhere") : stateName(state);
}

QString stateDescription(RowState state)
{
    switch (state) {
    case RowState::Paused:
        return tr("Somebody paused it; tickets queue until it is resumed.");
    case RowState::GloballyLocked:
        return tr("It has tokens, and the global limit holds its tickets.");
    case RowState::RedisAway:
        return tr("Redis counts for all processes, and cannot be reached: tickets wait.");
    case RowState::RouteLimited:
        return tr("A route in it is held by a limit of its own.");
    case RowState::Exhausted:
        return tr("No token is left until the window resets.");
    case RowState::InUseElsewhere:
        return tr("Other processes are using the last tokens.");
    case RowState::OthersFirst:
        return tr("Other processes with the same token go first.");
    case RowState::Probing:
        return tr("Its limit is unknown; one request is on its way to learn it.");
    case RowState::Open:
        return tr("It has tokens, and tickets that use them.");
    case RowState::Exempt:
        return tr("Its requests take no slot of the global limit.");
    case RowState::Idle:
        return tr("Nothing waits and nothing is in flight.");
    }
    Q_UNREACHABLE();
}

std::optional<int> tokensLeft(const Bucket &bucket, TimePoint now)
{
    if (!bucket.limit)
        return std::nullopt;
    const bool isOpen = bucket.resetAt && *bucket.resetAt > now;
    const int left = isOpen ? bucket.remaining.value_or(*bucket.limit) : *bucket.limit;
    return std::clamp(left - bucket.inFlight, 0, *bucket.limit);
}

BucketRow::BucketRow(const Bucket &first, TimePoint at)
{
    update(first, at);
}

void BucketRow::update(const Bucket &changed, TimePoint at)
{
    if (changed.resetAt && *changed.resetAt > at
        && (!bucket.resetAt || abs(*changed.resetAt - *bucket.resetAt) > sameMoment)) {
        // A 429 may ask for a longer wait than the window.
        span = std::max(changed.window.value_or(milliseconds::zero()),
            std::chrono::ceil<milliseconds>(*changed.resetAt - at));
    }
    const bool isRenamed = bucket.name != changed.name || method.isEmpty();
    const bool isRehashed = bucket.hash != changed.hash || shortHash.isEmpty();
    bucket = changed;
    if (isRenamed || isRehashed)
        ++renamed;
    if (isRenamed) {
        const qsizetype space = bucket.name.indexOf(QLatin1Char(' '));
        method = bucket.name.left(std::max<qsizetype>(space, 0));
        path = bucket.name.mid(space + 1);
    }
    if (isRehashed)
        shortHash = Format::shortHash(bucket.hash);
}

bool BucketRow::isAmongOthers() const
{
    return isShared && !bucket.exempt && bucket.queued > 0 && bucket.state != BucketState::Paused;
}

// Whatever this process was told before: others may have used the rest since.
bool BucketRow::isRefused(TimePoint now) const
{
    if (!isAmongOthers() || !bucket.wait || bucket.wait->reason != WaitReason::Bucket)
        return false;
    const bool isOver = bucket.resetAt && *bucket.resetAt <= now && bucket.wait->until
        && *bucket.wait->until <= now; // the ratelimiter is about to say so
    return !isOver;
}

std::optional<int> BucketRow::tokens(TimePoint now) const
{
    const auto left = tokensLeft(bucket, now);
    return left && !isCutOff && isRefused(now) ? 0 : left;
}

// Who counts for all gives no token to this process, though there may be some.
std::optional<RowState> BucketRow::stateAmongOthers(TimePoint now) const
{
    if (!isAmongOthers())
        return std::nullopt;
    const WaitReason reason = bucket.wait ? bucket.wait->reason : WaitReason::None;
    const bool hasTokens = tokensLeft(bucket, now).value_or(0) > 0; // when they were told
    if (isCutOff
        && (reason == WaitReason::Turn || reason == WaitReason::Lease
            || (reason == WaitReason::Bucket && hasTokens)))
        return RowState::RedisAway;
    if (reason == WaitReason::Turn)
        return RowState::OthersFirst;
    if (bucket.state != BucketState::Exhausted || !hasTokens)
        return std::nullopt;
    if (!isRefused(now))
        return RowState::Open;
    return elsewhere > 0 ? RowState::InUseElsewhere : RowState::Exhausted;
}

RowState BucketRow::state(TimePoint now) const
{
    if (const auto state = stateAmongOthers(now))
        return *state;
    const bool hasReset = bucket.resetAt && *bucket.resetAt <= now;
    switch (bucket.state) {
    case BucketState::Paused:
        return RowState::Paused;
    case BucketState::Exhausted:
        if (!hasReset || bucket.queued > 0)
            return RowState::Exhausted;
        return bucket.inFlight > 0 ? RowState::Open : RowState::Idle;
    case BucketState::RouteLimited:
        return RowState::RouteLimited;
    case BucketState::GloballyLocked:
        return RowState::GloballyLocked;
    case BucketState::Probing:
        return bucket.exempt ? RowState::Exempt : RowState::Probing;
    case BucketState::Open:
        return bucket.exempt ? RowState::Exempt : RowState::Open;
    case BucketState::Idle:
        return bucket.exempt ? RowState::Exempt : RowState::Idle;
    }
    Q_UNREACHABLE();
}

milliseconds BucketRow::resetsIn(TimePoint now) const
{
    if (!bucket.resetAt || *bucket.resetAt <= now)
        return milliseconds::zero();
    return std::chrono::ceil<milliseconds>(*bucket.resetAt - now);
}

double BucketRow::waitLeft(TimePoint now) const
{
    const milliseconds left = resetsIn(now);
    if (left <= milliseconds::zero())
        return 0;
    return double(left.count()) / double(std::max(left, span).count());
}

} // namespace Turnstile::Monitor
