// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"

#include <QtCore/QtGlobal>

#include <algorithm>
#include <vector>

namespace Turnstile {

/// Moments, oldest first: what counts within a window that slides. A ring, which takes no memory
/// until it is used, grows by doubling and never shrinks, so that it soon allocates nothing.
class TimeRing {
public:
    bool isEmpty() const { return m_end == m_first; }
    int size() const { return int(m_end - m_first); }
    /// The \a index oldest moment; 0 is the oldest.
    TimePoint at(int index) const { return m_times[slot(m_first + quint32(index))]; }

    /// Keeps the order; O(1) for a moment that is not before the others.
    void insert(TimePoint time)
    {
        if (m_end - m_first == m_times.size())
            grow();
        if (!isEmpty() && m_times[slot(m_end - 1)] > time)
            insertBetween(time);
        else
            m_times[slot(m_end++)] = time;
    }

    void removeFirst() { ++m_first; }

    /// Removes what is not after \a time.
    void removeUntil(TimePoint time)
    {
        while (m_first != m_end && m_times[slot(m_first)] <= time)
            ++m_first;
    }

    /// How many are after \a time: O(log size), and O(1) where all are or none is.
    int countAfter(TimePoint time) const
    {
        if (isEmpty() || at(0) > time)
            return size();
        if (at(size() - 1) <= time)
            return 0;
        int over = 0; // at(over) is over, at(recent) is not
        int recent = size() - 1;
        while (recent - over > 1) {
            const int middle = over + (recent - over) / 2;
            (at(middle) <= time ? over : recent) = middle;
        }
        return size() - recent;
    }

private:
    size_t slot(quint32 place) const { return place & m_mask; }

    Q_NEVER_INLINE void insertBetween(TimePoint time)
    {
        quint32 place = m_end++;
        for (; place != m_first && m_times[slot(place - 1)] > time; --place)
            m_times[slot(place)] = m_times[slot(place - 1)];
        m_times[slot(place)] = time;
    }

    Q_NEVER_INLINE void grow()
    {
        std::vector<TimePoint> times(std::max<size_t>(8, 2 * m_times.size())); // a power of two
        const int count = size();
        for (int index = 0; index < count; ++index)
            times[size_t(index)] = at(index);
        m_times.swap(times);
        m_mask = quint32(m_times.size() - 1);
        m_first = 0;
        m_end = quint32(count);
    }

    std::vector<TimePoint> m_times;
    quint32 m_mask = 0;  // of a slot: one less than there are
    quint32 m_first = 0; // these count on, also when they are past all slots
    quint32 m_end = 0;
};

} // namespace Turnstile
