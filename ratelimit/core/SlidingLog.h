// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"
#include "ratelimit/turnstile_core_export.h"

#include <memory>
#include <optional>

namespace Turnstile {

/// The tokens of a sliding window that are out, by the moment when each is surely back.
///
/// A sliding window gives a token back one window after its request arrived. When that was, only
/// the server knows; but it was before the answer, so `answer + Reset-After` is never too early.
/// More is true: at that moment everything is back that the server had counted when it answered,
/// whatever kind of window it has. So this is a safe count for any server, and a good one for
/// sliding windows.
///
/// Takes one pointer while it is empty, and never keeps more than \ref maxMoments moments: the two
/// that are closest become one, the later.
class TURNSTILE_CORE_EXPORT SlidingLog {
public:
    static constexpr int maxMoments = 64;

    SlidingLog();
    ~SlidingLog();
    SlidingLog(const SlidingLog &other);
    SlidingLog(SlidingLog &&other) noexcept;
    SlidingLog &operator=(SlidingLog other) noexcept;

    bool isEmpty() const { return !m_moments; }
    /// How many tokens are out.
    int size() const;
    /// When the next of them is back; nothing when none is out.
    std::optional<TimePoint> nextBack() const;

    /// Takes \a count tokens out until \a backAt.
    void add(int count, TimePoint backAt);
    /// Gives back what is back at \a now.
    void expire(TimePoint now)
    {
        if (m_moments)
            expireMoments(now);
    }
    /// Gives back all but \a count tokens, those first that would have been back first.
    void keepLatest(int count);
    /// Gives everything back.
    void clear();

private:
    struct Moments;
    void expireMoments(TimePoint now);
    std::unique_ptr<Moments> m_moments; // null: empty
};

} // namespace Turnstile
