// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/testing/ServerRules.h"

#include <QtCore/QList>

namespace Turnstile {

/// Counts requests in a fixed or sliding window. Refused requests are not counted.
class TURNSTILE_TESTING_EXPORT WindowCounter {
public:
    /// Forgets what is over at \a now. To be called before anything is asked; the quota may differ
    /// from the last time, and what was counted stays counted.
    void roll(const Quota &quota, TimePoint now);
    /// Counts one request at \a now.
    void take(TimePoint now);
    /// Nothing is left until one window after nextAt().
    void extend();

    int remaining() const { return m_extended ? 0 : qMax(0, m_limit - m_used); }
    /// When all tokens are back: the end of a fixed window, or one window after the last request
    /// of a sliding one. In the past, or now, when they are all there.
    TimePoint fullAt() const;
    /// When the next token comes back; of use when none is left.
    TimePoint nextAt() const;

private:
    Quota::Window m_kind = Quota::Window::Fixed;
    bool m_aligned = false; // fixed windows that do not begin with a request
    int m_limit = 0;
    int m_used = 0;
    milliseconds m_window{0};
    TimePoint m_start = TimePoint::min(); // of the fixed window
    bool m_extended = false;              // until then
    TimePoint m_extendedUntil = TimePoint::min();
    QList<TimePoint> m_taken; // arrivals in the sliding window, oldest first
};

} // namespace Turnstile
