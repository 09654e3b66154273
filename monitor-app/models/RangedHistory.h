// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/History.h"
#include "monitor-app/models/TimeRange.h"

#include <array>
#include <optional>

namespace Turnstile::Monitor {

/// A number over each TimeRange, in fixed memory: slots of 500 ms, 5 s and 60 s.
///
/// A level keeps its peaks in the longer ranges, so that a short queue is seen an hour later. The
/// last value of the longer lines is taken from the finer slots: it is as new as those, and does
/// not wait until a slot of a minute is over.
class RangedHistory {
public:
    explicit RangedHistory(History::Kind kind = History::Kind::Sum);

    void add(TimePoint when, float amount = 1); ///< for History::Kind::Sum
    void set(TimePoint when, float value);      ///< for History::Kind::Level

    /// Oldest first; sums as events per second.
    History::Values values(TimePoint now, TimeRange range) const;
    const History &of(TimeRange range) const { return m_histories[size_t(range)]; }

    /// How long until time alone changes a line; nothing while all of them are flat.
    std::optional<milliseconds> nextChange(TimePoint now) const;

private:
    std::array<History, 3> m_histories;
    History::Kind m_kind;
};

} // namespace Turnstile::Monitor
