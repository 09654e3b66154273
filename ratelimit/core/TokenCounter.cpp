// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/TokenCounter.h"

#include <algorithm>
#include <utility>

namespace Turnstile {

using namespace std::chrono_literals;

// Two ends of a window this close are the same one: rounding, and servers that compute it anew.
static constexpr milliseconds sameWindow = 50ms;
// How long to wait when tokens are gone and nobody has ever said for how long.
static constexpr milliseconds unknownWindow = 5s;
// What headers may say; longer ones were made by hand.
static constexpr milliseconds longestWindow = std::chrono::hours(30 * 24);
// So many answers in a row that name no limit mean that there is none: a proxy, a cache or a fault
// may swallow the headers of one.
static constexpr int bareAnswersNeeded = 3;

struct TokenCounter::Answer {
    const RatelimitHeaders &headers;
    TimePoint grantedAt;
    TimePoint now;
    TimePoint lastHeardAt; // when the answer before was heard
    int limit = unknown;
    int remaining = unknown;
    WallTime reset = unnamed; // the name of its window
    TimePoint endsBy = never; // when that is over at the latest
    TimePoint openUntil = {}; // and at the earliest; zero: not known

    // It may have been decided before another one that was heard already.
    bool isOvertaken() const { return grantedAt < lastHeardAt; }
    // No token is out, so no window needs to be open, whatever the server says of its end.
    bool isFull() const { return limit > 0 && remaining >= limit; }
};

static bool tellsFractions(const RatelimitHeaders &headers)
{
    return headers.resetAfter.value_or(0ms) % 1s != 0ms
        || (headers.reset && headers.reset->time_since_epoch() % 1s != 0ms);
}

std::optional<int> TokenCounter::remaining() const
{
    return m_remaining == unknown ? std::nullopt : std::optional(left());
}

std::optional<TimePoint> TokenCounter::blockedUntil(TimePoint now) const
{
    return now < m_blockedUntil ? std::optional(m_blockedUntil) : std::nullopt;
}

std::optional<milliseconds> TokenCounter::window() const
{
    return m_window > 0ms ? std::optional(m_window) : std::nullopt;
}

milliseconds TokenCounter::windowOrGuess() const
{
    return m_window > 0ms ? m_window : unknownWindow;
}

// A server that never told a fraction of a second may have rounded up from any.
milliseconds TokenCounter::rounding() const
{
    return m_tellsFractions ? 1ms : 1s;
}

milliseconds TokenCounter::precision() const
{
    return std::max(rounding(), sameWindow);
}

std::optional<TimePoint> TokenCounter::windowHeardAt() const
{
    return m_resetAt != never && m_openUntil != TimePoint() ? std::optional(m_since) : std::nullopt;
}

void TokenCounter::hint(std::optional<int> limit)
{
    if (m_knowledge == Knowledge::Unknown && !m_limitIsLearnt)
        m_limit = limit.value_or(unknown);
}

void TokenCounter::endWhatIsOver(TimePoint now)
{
    if (m_lost > 0 && now >= m_lostAt + windowOrGuess())
        m_lost = 0;
    if (now < m_resetAt)
        return;
    m_since = std::exchange(m_resetAt, never);
    m_openUntil = {};
    if (m_reset != unnamed)
        m_reset += milliseconds(m_moved);
    m_moved = 0;
    m_remaining = m_limit;
    if (m_limit <= 0) {
        m_knowledge = Knowledge::Unknown;
        m_remaining = unknown;
    }
}

TimePoint TokenCounter::firstBack() const
{
    TimePoint first = std::min(m_resetAt, m_log.nextBack().value_or(never));
    if (m_lost > 0)
        first = std::min(first, m_lostAt + windowOrGuess());
    return first;
}

bool TokenCounter::isAtRest(TimePoint now) const
{
    return now >= m_blockedUntil && (m_resetAt == never || now >= m_resetAt)
        && (m_lost == 0 || now >= m_lostAt + windowOrGuess());
}

TokenCounter::TokenCounter(const Rest &rest)
    : m_knowledge(rest.knowledge)
    , m_kind(rest.kind)
    , m_limitIsLearnt(rest.limitIsLearnt)
    , m_tellsFractions(rest.tellsFractions)
    , m_countsLate(rest.countsLate)
    , m_bareAnswers(rest.bareAnswers)
    , m_limit(rest.limit)
    , m_remaining(m_knowledge == Knowledge::Limited ? m_limit : unknown)
    , m_window(rest.window)
{
}

std::optional<TokenCounter::Rest> TokenCounter::atRest(TimePoint now) const
{
    const bool isFull = m_knowledge != Knowledge::Limited || m_remaining == m_limit;
    if (!isAtRest(now) || !isFull || !m_log.isEmpty()
        || m_window.count() > std::numeric_limits<quint32>::max())
        return {};
    return Rest{m_limit, quint32(m_window.count()), m_knowledge, m_kind, m_bareAnswers,
        m_limitIsLearnt, m_tellsFractions, m_countsLate};
}

TokenCounter::Counting TokenCounter::compare(
    const RatelimitHeaders &headers, TimePoint grantedAt, TimePoint now) const
{
    // Where the window slides, or may, only the answers count that came before the request went.
    const TimePoint knownAt = m_kind == WindowKind::Fixed ? m_since : m_heardAt;
    if (m_knowledge != Knowledge::Limited || headers.isRateLimited() || !headers.limit
        || *headers.limit != m_limit || !headers.remaining || m_remaining >= m_limit
        || !isCertainlyOpen(now) || grantedAt < knownAt)
        return Counting::Unknown;
    return *headers.remaining >= m_limit - (m_countsLate ? 0 : 1) ? Counting::Apart
                                                                  : Counting::Together;
}

TokenCounter::WindowIs TokenCounter::compareWindow(const Answer &answer) const
{
    if (m_knowledge != Knowledge::Limited)
        return WindowIs::Newer;
    const bool isOpen = m_resetAt != never;
    if (answer.reset != unnamed && m_reset != unnamed) {
        // Only a request that was out before the window began can still speak of the one before.
        // When a later one seems to, the server's clock has jumped, and what it says now counts.
        const auto isOlder = [&](milliseconds moved) {
            // So it has when the window is certainly open, for longer than one of that name could.
            const bool hasJumped = answer.openUntil > answer.now
                && answer.openUntil > (isOpen ? m_resetAt : m_since) + moved + sameWindow;
            return answer.grantedAt < m_since && !hasJumped;
        };
        const milliseconds moved = answer.reset - m_reset;
        if (moved < -sameWindow)
            return isOlder(moved) ? WindowIs::Older : WindowIs::Replaced;
        if (isOpen)
            return moved > sameWindow ? WindowIs::Newer : WindowIs::Same;
        // Otherwise the name is that of the window that has just ended.
        return moved <= 0ms && isOlder(moved) ? WindowIs::Older : WindowIs::Newer;
    }
    if (!isOpen)
        return answer.endsBy != never || !answer.isOvertaken() ? WindowIs::Newer : WindowIs::Same;
    if (m_openUntil == TimePoint()) // assumed: whoever went after that knows better
        return answer.grantedAt < m_since ? WindowIs::Same : WindowIs::Newer;
    TimePoint latest = m_resetAt;
    if (isCertainlyOpen(answer.now)) // the one that was heard of then
        latest = std::min(latest, m_since + m_window);
    if (answer.openUntil > latest)
        return WindowIs::Newer;
    if (answer.endsBy >= m_openUntil)
        return WindowIs::Same;
    return answer.isOvertaken() ? WindowIs::Older : WindowIs::Replaced;
}

// What passed has taken a token, so all of them cannot be left, unless the server counts after it
// has answered. Such a server never says that the last one is gone.
void TokenCounter::learnCounting(const Answer &answer)
{
    const RatelimitHeaders &headers = answer.headers;
    if (headers.status < 200 || headers.status >= 300 || answer.remaining == unknown)
        return;
    if (answer.remaining == 0)
        m_countsLate = false;
    else if (answer.isFull() && headers.resetAfter.value_or(0ms) > 0ms)
        m_countsLate = true;
}

TokenCounter::Learnt TokenCounter::learn(const RatelimitHeaders &headers, TimePoint grantedAt,
    TimePoint now, int inFlight, TimePoint countedAt)
{
    roll(now);
    Answer answer = {headers, grantedAt, now, std::exchange(m_heardAt, now),
        std::max(headers.limit.value_or(unknown), unknown), // less than nothing says nothing
        headers.remaining ? std::max(0, *headers.remaining) : unknown};
    learnCounting(answer);
    if (m_countsLate && !headers.isRateLimited() && answer.remaining > 0)
        --answer.remaining;
    if (!m_tellsFractions)
        m_tellsFractions = tellsFractions(headers);
    if (headers.resetAfter) {
        const milliseconds after = std::min(*headers.resetAfter, longestWindow);
        m_window = std::max(m_window, after);
        if (!answer.isFull()) {
            answer.reset = headers.reset.value_or(unnamed);
            answer.endsBy = std::min(countedAt, now) + after;
            answer.openUntil = grantedAt + after - precision();
        }
    }
    const bool wasSliding = m_kind == WindowKind::Sliding;
    if (wasSliding)
        m_log.add(1, answer.endsBy != never ? answer.endsBy : now + windowOrGuess());

    const WindowIs window = compareWindow(answer);
    if (window == WindowIs::Older)
        return {.stale = true};
    Learnt learnt;
    learnt.clockJumped =
        window == WindowIs::Replaced && answer.reset != unnamed && m_reset != unnamed;
    learnt.limitChanged = learnLimit(answer, window);
    learnKind(answer, window);
    learnTokens(answer, window);
    learnEnd(answer, window);
    if (m_kind == WindowKind::Sliding) {
        if (wasSliding)
            learnLog(answer, inFlight);
        else
            startLog();
    }
    roll(now);
    return learnt;
}

// A lower limit counts at once. A higher one may be the older one.
bool TokenCounter::learnLimit(const Answer &answer, WindowIs window)
{
    if (answer.limit == unknown
        || (window == WindowIs::Same && answer.isOvertaken() && m_limit != unknown
            && m_limit < answer.limit))
        return false;
    const bool changed = m_limitIsLearnt && answer.limit != m_limit;
    m_limit = answer.limit;
    m_limitIsLearnt = true;
    return changed;
}

void TokenCounter::learnKind(const Answer &answer, WindowIs window)
{
    if (window == WindowIs::Newer && isCertainlyOpen(answer.now) && m_limit != unknown
        && answer.endsBy != never) {
        m_kind = WindowKind::Sliding;
        return;
    }
    // A 429 takes no token, so it would not move the end of a sliding window either.
    if (window != WindowIs::Same || answer.headers.isRateLimited() || m_openUntil == TimePoint()
        || answer.remaining == unknown || answer.remaining >= std::max(0, m_remaining))
        return;
    const bool named = answer.reset != unnamed && m_reset != unnamed;
    if (answer.grantedAt - (named ? m_since : answer.lastHeardAt) > 2 * precision()) {
        m_kind = WindowKind::Fixed;
        m_log.clear();
    }
}

void TokenCounter::learnTokens(const Answer &answer, WindowIs window)
{
    // A server that names its limit only now and then still has the one that it named last.
    const int before = m_remaining;
    m_knowledge = Knowledge::Limited;
    m_bareAnswers = 0;
    if (answer.remaining != unknown)
        m_remaining = std::max(0, answer.remaining);
    else
        m_remaining = std::max(0,
            (before != unknown           ? before
                    : m_limit != unknown ? m_limit
                                         : 1)
                - 1);
    const bool mayBeOld =
        window == WindowIs::Same || (isCertainlyOpen(answer.now) && answer.isOvertaken());
    if (mayBeOld && before != unknown)
        m_remaining = std::min(m_remaining, before);
    if (m_limit != unknown)
        m_remaining = std::min(m_remaining, m_limit);
    if (answer.remaining != unknown && answer.grantedAt >= m_lostAt)
        m_lost = 0;
}

void TokenCounter::learnEnd(const Answer &answer, WindowIs window)
{
    const bool hasEnd = answer.endsBy != never;
    if (window != WindowIs::Same) {
        // Where it slides, an answer heard before may tell of a later end.
        const bool slides = hasEnd && window == WindowIs::Newer && m_resetAt != never
            && isCertainlyOpen(answer.now);
        m_resetAt = slides ? std::max(m_resetAt, answer.endsBy) : answer.endsBy;
        m_since = answer.now;
        m_reset = answer.reset;
        m_moved = 0;
    } else if (hasEnd && answer.reset != unnamed && m_reset != unnamed) {
        // Two bounds on one end, from this answer and from those before; the earlier one is nearer
        // to the truth. A name is rounded, so an end that moves may move as much without a word.
        const milliseconds moves = m_kind == WindowKind::Fixed ? 0ms : rounding();
        const milliseconds later = answer.reset - m_reset - milliseconds(m_moved);
        m_resetAt = std::min(m_resetAt + std::max(later, 0ms) + moves,
            answer.endsBy - std::min(later, 0ms) + (answer.isOvertaken() ? moves : 0ms));
        m_moved = qint8(m_moved + std::max(later, 0ms).count());
        // One that is open for longer only has the same name: the server's clock has jumped.
        if (answer.openUntil > m_resetAt)
            m_resetAt = answer.endsBy;
    } else if (hasEnd) {
        // Without a name a later end may be jitter or a sliding window: the later one is safe.
        m_resetAt = m_resetAt == never ? answer.endsBy : std::max(m_resetAt, answer.endsBy);
        if (answer.reset != unnamed) {
            m_reset = answer.reset;
            m_moved = 0;
        }
    }
    const bool replaced = window == WindowIs::Replaced;
    m_openUntil = replaced ? answer.openUntil : std::max(m_openUntil, answer.openUntil);
    if (m_resetAt == never && m_remaining == 0)
        openAssumedWindow(answer.now);
}

// With all that may be out, whenever it was taken.
void TokenCounter::startLog()
{
    m_log.add(m_limit - m_remaining, m_resetAt);
    m_log.add(m_lost, m_lostAt + windowOrGuess());
}

void TokenCounter::learnLog(const Answer &answer, int inFlight)
{
    m_log.keepLatest(m_limit);
    if (answer.limit == unknown || answer.remaining == unknown || answer.endsBy == never)
        return;
    const int used = std::max(0, answer.limit - answer.remaining);
    if (!answer.isOvertaken() && answer.grantedAt >= m_lostAt)
        m_log.keepLatest(used);
    m_log.add(used - m_log.size() - inFlight, answer.endsBy); // by others
}

void TokenCounter::learnNothing(bool meansUnlimited, TimePoint now)
{
    if (m_knowledge != Knowledge::Unknown || !meansUnlimited)
        spend(now);
    else if (++m_bareAnswers >= bareAnswersNeeded)
        m_knowledge = Knowledge::Unlimited;
}

void TokenCounter::spend(TimePoint now)
{
    roll(now);
    if (m_knowledge != Knowledge::Limited)
        return;
    ++m_lost;
    m_lostAt = now;
    if (m_kind == WindowKind::Sliding)
        m_log.add(1, now + windowOrGuess());
}

void TokenCounter::block(TimePoint until)
{
    m_blockedUntil = std::max(m_blockedUntil, until);
}

// The server's window began no later than now, so it is over by then.
void TokenCounter::openAssumedWindow(TimePoint now)
{
    m_resetAt = now + windowOrGuess();
    m_openUntil = {};
    m_since = now;
    m_reset = unnamed;
}

} // namespace Turnstile
