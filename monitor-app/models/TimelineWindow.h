// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"

#include <optional>

namespace Turnstile::Monitor {

/// Which stretch of time a timeline shows, in columns of one pixel: up to now, or a stretch that
/// stands.
///
/// Columns begin at multiples of their length, so while time goes on the picture moves by whole
/// pixels, and what falls into one column stays in one.
class TimelineWindow {
public:
    static constexpr milliseconds shortest{50};
    static constexpr milliseconds longest{3'600'000};

    void setWidth(int width);
    int width() const { return m_width; }
    /// Keeps the end where it is.
    void setSpan(milliseconds span);
    milliseconds span() const { return std::chrono::round<milliseconds>(m_span); }
    void setNow(TimePoint now);
    TimePoint now() const { return m_now; }
    /// The window is not moved so far that less than a tenth of it comes after.
    void setOldest(TimePoint oldest) { m_oldest = oldest; }

    void follow();
    bool isFollowing() const { return !m_until; }
    /// How far its end is behind now.
    milliseconds behind() const;
    /// Shows \a factor times as much, with the moment at \a x where it is.
    void zoom(double factor, double x);
    /// Moves to later by \a columns; it follows once the end is now.
    void pan(double columns);
    void showOldest();
    /// Moves just so far that \a moment is shown.
    void reveal(TimePoint moment);

    TimePoint from() const { return m_from; }
    TimePoint until() const { return m_from + m_width * m_column; }
    /// What labels count from: now, at the beginning of a column.
    TimePoint reference() const { return isFollowing() ? until() : floor(m_now); }
    TimePoint::duration column() const { return m_column; }
    /// The column of a moment; those far outside are just outside.
    int x(TimePoint moment) const
    {
        const double x = double((moment - m_from).count()) * m_perTick;
        return x < -outside         ? -outside
            : x > m_width + outside ? m_width + outside
                                    : int(x + outside) - outside;
    }

private:
    static constexpr int outside = 64;
    TimePoint floor(TimePoint moment) const;
    void moveTo(TimePoint until);
    void update();

    int m_width = 1;
    TimePoint::duration m_span = milliseconds(30'000);
    TimePoint m_now;
    TimePoint m_oldest;
    std::optional<TimePoint> m_until; // nothing: it follows
    TimePoint m_from;
    TimePoint::duration m_column{1};
    double m_perTick = 1;
};

} // namespace Turnstile::Monitor
