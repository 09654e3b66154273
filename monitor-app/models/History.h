// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"

#include <QtCore/QtGlobal>

#include <array>

namespace Turnstile::Monitor {

/// A number over the last \ref length slots of time, in fixed memory: what a sparkline draws.
///
/// Time only enters as an argument. Readings end with the last slot that is over, so that a line
/// never dips at its end only because the present slot has just begun.
class History {
public:
    static constexpr int length = 60;
    using Values = std::array<float, length>;

    enum class Kind : quint8 {
        Sum,   ///< events are counted per slot; a slot without any is zero
        Level, ///< the last value set in a slot stands, and lasts until the next one
        Peak   ///< a level of which the highest value in a slot stands
    };

    explicit History(Kind kind = Kind::Sum, milliseconds slot = std::chrono::milliseconds(500));

    milliseconds slot() const { return m_slot; }

    void add(TimePoint when, float amount = 1); ///< for Kind::Sum
    void set(TimePoint when, float value);      ///< for Kind::Level and Kind::Peak

    /// The slots that are over, oldest first.
    Values values(TimePoint now) const;
    /// values() of a sum, as events per second over the \a span that ends with each slot; at most
    /// ten slots. Some seconds of it make a calm line of traffic that comes in bursts.
    Values perSecond(TimePoint now, milliseconds span = std::chrono::seconds(3)) const;

    /// The sum of the last \a count slots that are over.
    float sumOfLast(int count, TimePoint now) const;
    /// The highest of the last \a count slots that are over.
    float highestOfLast(int count, TimePoint now) const;
    /// The sum of all slots and of the present one.
    float total(TimePoint now) const;
    /// Whether any slot, or the present one, holds something else than zero.
    bool isFlat(TimePoint now) const;

private:
    static constexpr int mostSmoothed = 10;
    static constexpr int capacity = length + mostSmoothed; // with the present slot
    qint64 slotOf(TimePoint when) const;
    bool moveTo(qint64 slot);
    float at(qint64 slot) const;

    std::array<float, capacity> m_slots{};
    qint64 m_head = -1; // the newest slot written; -1: none
    float m_level = 0;  // the value that lasts
    milliseconds m_slot;
    Kind m_kind;
};

} // namespace Turnstile::Monitor
