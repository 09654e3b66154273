// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"
#include "ratelimit/turnstile_core_export.h"

#include <QtCore/QtGlobal>

#include <array>
#include <optional>

namespace Turnstile {

/// How long the recent answered requests took, from grant to answer.
///
/// margin() says how far apart the server may have counted two requests that were sent at once;
/// GlobalLimit compensates with it. Adding is O(1) amortised and allocates nothing.
/// Rules: `docs/semantics.md`, global limit.
class TURNSTILE_CORE_EXPORT RoundTrips {
public:
    static constexpr int window = 64; ///< how many of the last trips margin() looks at
    static constexpr int needed = 16; ///< how many must be known before it says anything

    /// \a knowsMargin: whether margin() will be asked for. Without it adding takes less.
    explicit RoundTrips(bool knowsMargin = true)
        : m_knowsMargin(knowsMargin)
    {
    }

    /// A request was answered after \a trip; less than nothing counts as nothing.
    void add(std::chrono::nanoseconds trip);

    /// The longest of the last trips less the shortest, rounded up, and at least 10 ms. Nothing
    /// until enough are known, and where it was not wanted.
    std::optional<milliseconds> margin() const
    {
        return m_knowsMargin && m_count >= needed ? std::optional(spread()) : std::nullopt;
    }
    /// A mean in which the last eight or so weigh most, for estimates. Nothing before the first
    /// trip.
    std::optional<milliseconds> typical() const;

private:
    // The trips that are or will yet be the extreme of the window, oldest and most extreme first.
    class Extreme {
    public:
        template <typename Beats>
        void add(quint64 number, std::chrono::nanoseconds trip, Beats beats);
        std::chrono::nanoseconds value() const { return m_trips[m_first % window].trip; }

    private:
        struct Trip {
            quint64 number = 0;
            std::chrono::nanoseconds trip{};
        };
        std::array<Trip, window> m_trips;
        quint64 m_first = 0;
        quint64 m_end = 0;
    };

    milliseconds spread() const;

    bool m_knowsMargin;
    quint64 m_count = 0;
    Extreme m_shortest;
    Extreme m_longest;
    std::chrono::nanoseconds m_mean{};
};

} // namespace Turnstile
