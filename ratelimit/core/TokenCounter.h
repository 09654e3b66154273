// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/RatelimitHeaders.h"
#include "ratelimit/core/SlidingLog.h"
#include "ratelimit/core/Time.h"
#include "ratelimit/turnstile_core_export.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace Turnstile {

/// What is known of a bucket's tokens, from what the server said and what was spent since.
///
/// The server's numbers always overrule. A window is told apart from the one before it by `Reset`,
/// the server's own name for it, and without that by the moments between which it must end. Within
/// one window remaining only falls, so answers may come in any order. A request in flight stays
/// charged until it is answered, also across a reset, as the server may count it in either window;
/// a lost one until an answer that must know of it, or for one window.
///
/// That is safe for fixed and for sliding windows. Once the window is seen to slide, a SlidingLog
/// is kept beside it, which is safe for both too but frees tokens one by one: the one of the two
/// that allows more counts. So a wrong verdict costs time, and never a 429.
///
/// Rules: `docs/semantics.md`, windows.
class TURNSTILE_CORE_EXPORT TokenCounter {
public:
    enum class Knowledge : quint8 {
        Unknown,   ///< one request at a time until an answer tells
        Unlimited, ///< the server answers without naming a limit
        Limited,
    };
    enum class WindowKind : quint8 {
        Undecided, ///< treated as fixed
        Fixed,     ///< its end stayed where it was while tokens were taken
        Sliding,   ///< its end moved although it cannot have been over
    };
    /// What else an answer told. None of it needs to be acted on for the counting.
    struct Learnt {
        bool limitChanged = false; ///< not the limit that was learnt before
        bool clockJumped = false;  ///< `Reset` went back: the server has set its clock
        bool stale = false;        ///< of an older window, or overtaken: taught nothing
    };

    /// What is worth knowing of a counter that is at rest, in little memory.
    struct Rest {
        qint32 limit = -1;  ///< -1: not known
        quint32 window = 0; ///< in milliseconds
        Knowledge knowledge : 2 = Knowledge::Unknown;
        WindowKind kind : 2 = WindowKind::Undecided;
        qint8 bareAnswers = 0;
        bool limitIsLearnt : 1 = false;
        bool tellsFractions : 1 = false;
        bool countsLate : 1 = false;
    };

    TokenCounter() = default;
    /// As it was when atRest() was asked.
    explicit TokenCounter(const Rest &rest);
    /// Nothing when more has to be known to count on, or so much of it that it does not fit.
    std::optional<Rest> atRest(TimePoint now) const;

    Knowledge knowledge() const { return m_knowledge; }
    WindowKind windowKind() const { return m_kind; }
    std::optional<int> limit() const { return known(m_limit); }
    std::optional<int> remaining() const;
    /// When all tokens are back that the server is known to have counted.
    std::optional<TimePoint> resetAt() const { return known(m_resetAt); }
    /// Whether a 429 holds it.
    bool isBlocked(TimePoint now) const { return now < m_blockedUntil; }
    /// Until when a 429 holds it; nothing when none does.
    std::optional<TimePoint> blockedUntil(TimePoint now) const;
    /// The longest `Reset-After` heard.
    std::optional<milliseconds> window() const;
    /// When an answer first told of the open window; nothing when none is open, or it is assumed.
    std::optional<TimePoint> windowHeardAt() const;

    /// Takes \a limit from a bucket of the same kind: shown, and still probed.
    void hint(std::optional<int> limit);

    /// Ends what is over at \a now. Call it before the questions below.
    void roll(TimePoint now)
    {
        m_log.expire(now);
        if (m_lost > 0 || now >= m_resetAt)
            endWhatIsOver(now);
    }

    /// How many requests may go now while \a inFlight are unanswered.
    int available(int inFlight, TimePoint now) const
    {
        if (now < m_blockedUntil)
            return 0;
        if (m_knowledge == Knowledge::Limited)
            return std::max(0, left() - inFlight);
        return m_knowledge == Knowledge::Unlimited ? std::numeric_limits<int>::max()
                                                   : int(inFlight == 0);
    }
    /// When available() may grow by itself; nothing when only an answer can make it grow.
    std::optional<TimePoint> nextChange(TimePoint now) const { return known(changesAt(now)); }
    /// The same; TimePoint::max() when only an answer can make it grow.
    TimePoint changesAt(TimePoint now) const
    {
        if (now < m_blockedUntil)
            return m_blockedUntil;
        return m_lost > 0 || !m_log.isEmpty() ? firstBack() : m_resetAt;
    }
    /// Whether no window is open and no 429 holds it: nothing is lost by forgetting it.
    bool isAtRest(TimePoint now) const;
    /// Whether an answer is of the same counter of the server as those before.
    enum class Counting : quint8 {
        Unknown,  ///< it does not tell
        Together, ///< it knows of tokens that were taken before in the open window
        Apart,    ///< its request took the first one, so there are two counters, or they began anew
    };
    /// For a request that took none but its own, granted at \a grantedAt: says something when the
    /// window that is open here cannot be over, and it was known when the request was granted that
    /// a token was taken in it.
    Counting compare(const RatelimitHeaders &headers, TimePoint grantedAt, TimePoint now) const;

    /// An answer with numbers, for a request granted at \a grantedAt, while \a inFlight others are
    /// unanswered. \a countedAt: when the server has surely counted it, where that is known to be
    /// before \a now; waits begin there.
    Learnt learn(const RatelimitHeaders &headers, TimePoint grantedAt, TimePoint now, int inFlight,
        TimePoint countedAt = TimePoint::max());
    /// An answer that names no limit. \a meansUnlimited: it would have named one, had there been
    /// one; after three of them in a row there is none.
    void learnNothing(bool meansUnlimited, TimePoint now);
    /// A request that the server may have counted, not after \a now, and that told nothing.
    void spend(TimePoint now);
    /// A 429: no token before \a until.
    void block(TimePoint until);

private:
    struct Answer;
    enum class WindowIs { Older, Same, Newer, Replaced };

    static constexpr int unknown = -1;                   // a number that was never told
    static constexpr TimePoint never = TimePoint::max(); // no window is open
    static constexpr WallTime unnamed = WallTime::min(); // a window without a name
    static std::optional<int> known(int number)
    {
        return number == unknown ? std::nullopt : std::optional(number);
    }
    static std::optional<TimePoint> known(TimePoint time)
    {
        return time == never ? std::nullopt : std::optional(time);
    }

    int left() const
    {
        const int free = std::max(0, m_remaining - m_lost);
        return m_kind == WindowKind::Sliding ? std::max(free, m_limit - m_log.size()) : free;
    }
    void endWhatIsOver(TimePoint now);
    TimePoint firstBack() const;
    inline void learnCounting(const Answer &answer);
    // Each called in one place, from learn().
    inline WindowIs compareWindow(const Answer &answer) const;
    inline void learnKind(const Answer &answer, WindowIs window);
    inline bool learnLimit(const Answer &answer, WindowIs window);
    inline void learnTokens(const Answer &answer, WindowIs window);
    inline void learnEnd(const Answer &answer, WindowIs window);
    void startLog();
    inline void learnLog(const Answer &answer, int inFlight);
    void openAssumedWindow(TimePoint now);
    bool isCertainlyOpen(TimePoint now) const { return now < m_openUntil; }
    milliseconds windowOrGuess() const;
    milliseconds rounding() const;
    milliseconds precision() const;

    Knowledge m_knowledge = Knowledge::Unknown;
    WindowKind m_kind = WindowKind::Undecided;
    bool m_limitIsLearnt : 1 = false;
    bool m_tellsFractions : 1 = false; // some answer did: the server does not round to seconds
    bool m_countsLate : 1 = false; // Remaining still has the token of the request that it answers
    qint8 m_moved = 0;       // the latest name heard for the window is so many ms after m_reset
    qint8 m_bareAnswers = 0; // in a row
    int m_lost = 0;          // requests of which nothing was heard
    int m_limit = unknown;
    int m_remaining = unknown;   // never where it is Limited
    TimePoint m_resetAt = never; // when the open window is over at the latest
    WallTime m_reset = unnamed;  // the server's name for the window, open or just over
    milliseconds m_window{0};    // 0: never heard
    TimePoint m_openUntil;       // the open window is not over before; zero: not known
    TimePoint m_since;           // when the window was first heard of, or ended
    TimePoint m_heardAt;         // the last answer
    TimePoint m_lostAt;          // the last lost request was counted before
    TimePoint m_blockedUntil;
    SlidingLog m_log;
};

} // namespace Turnstile
