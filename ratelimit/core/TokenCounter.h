// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/RatelimitHeaders.h"
#include "ratelimit/core/Time.h"
#include "ratelimit/turnstile_core_export.h"

#include <optional>

namespace Turnstile {

/// What is known of a bucket's tokens, from what the server said and what was spent since.
///
/// The server's numbers always overrule. A window is told apart from the one before it by `Reset`,
/// the server's own name for it, and without that by the moment when it ends. Within one window
/// remaining only falls, so answers may come in any order. A request in flight stays charged until
/// it is answered, also across a reset, as the server may count it in either window.
///
/// Rules: `docs/semantics.md`, windows. Every window is taken as fixed, which is safe for sliding
/// ones too; telling them apart belongs here.
class TURNSTILE_CORE_EXPORT TokenCounter {
public:
    enum class Knowledge : quint8 {
        Unknown,   ///< one request at a time until an answer tells
        Unlimited, ///< the server answers without naming a limit
        Limited,
    };

    Knowledge knowledge() const { return m_knowledge; }
    std::optional<int> limit() const { return m_limit; }
    std::optional<int> remaining() const { return m_remaining; }
    std::optional<TimePoint> resetAt() const { return m_resetAt; }
    std::optional<milliseconds> window() const { return m_window; }

    /// Takes \a limit from a bucket of the same kind: shown, and still probed.
    void hint(std::optional<int> limit);

    /// Ends the window when it is over at \a now. Call it before the questions below.
    void roll(TimePoint now);

    /// How many requests may go now while \a inFlight are unanswered.
    int available(int inFlight, TimePoint now) const;
    /// When available() may grow by itself; nothing when only an answer can make it grow.
    std::optional<TimePoint> nextChange(TimePoint now) const;
    /// Whether no window is open and no 429 holds it: nothing is lost by forgetting it.
    bool isAtRest(TimePoint now) const;

    struct Answer { const RatelimitHeaders &headers; TimePoint grantedAt; TimePoint countedAt; TimePoint now; int inFlight; };
    struct Learnt { bool limitChanged; bool clockJumped; bool stale; };
    Learnt learn(const Answer &a) { const auto before = m_limit; learn(a.headers, a.grantedAt, a.countedAt); return {before && m_limit != before, false, false}; }
    bool contradicts(const RatelimitHeaders &, TimePoint, TimePoint) const { return false; }
    std::optional<TimePoint> windowHeardAt() const { return m_since; }
    /// An answer with numbers, for a request granted at \a grantedAt.
    void learn(const RatelimitHeaders &headers, TimePoint grantedAt, TimePoint now);
    /// An answer that names no limit. \a meansUnlimited: it would have named one, had there been
    /// one.
    void learnNothing(bool meansUnlimited, TimePoint now);
    /// A request that the server may have counted, and that told nothing.
    void spend(TimePoint now);
    /// A 429: no token before \a until.
    void block(TimePoint until);

private:
    enum class WindowIs { Older, Same, Newer };
    WindowIs compareWindow(const RatelimitHeaders &headers, std::optional<TimePoint> resetAt,
        TimePoint grantedAt) const;
    void openAssumedWindow(TimePoint now);

    Knowledge m_knowledge = Knowledge::Unknown;
    std::optional<int> m_limit;
    std::optional<int> m_remaining;
    std::optional<TimePoint> m_resetAt; // of the open window
    std::optional<WallTime> m_reset;    // the server's name for the window, open or just over
    std::optional<milliseconds> m_window;
    TimePoint m_since; // when the window was first heard of, or ended
    TimePoint m_blockedUntil;
};

} // namespace Turnstile
