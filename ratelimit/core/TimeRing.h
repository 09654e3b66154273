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
    bool isEmpty() const { return m_size == 0; }
    int size() const { return m_size; }
    /// The \a index oldest moment; 0 is the oldest.
    TimePoint at(int index) const { return m_times[slot(index)]; }

    /// Keeps the order; O(1) for a moment that is not before the others.
    void insert(TimePoint time)
    {
        if (size_t(m_size) == m_times.size())
            grow();
        int index = m_size++;
        for (; index > 0 && at(index - 1) > time; --index)
            m_times[slot(index)] = at(index - 1);
        m_times[slot(index)] = time;
    }

    void removeFirst()
    {
        m_first = slot(1);
        --m_size;
    }

    /// Removes what is not after \a time.
    void removeUntil(TimePoint time)
    {
        while (m_size > 0 && at(0) <= time)
            removeFirst();
    }

    /// How many are after \a time: O(log size), and O(1) where all are or none is.
    int countAfter(TimePoint time) const
    {
        if (m_size == 0 || at(0) > time)
            return m_size;
        if (at(m_size - 1) <= time)
            return 0;
        int over = 0; // at(over) is over, at(recent) is not
        int recent = m_size - 1;
        while (recent - over > 1) {
            const int middle = over + (recent - over) / 2;
            (at(middle) <= time ? over : recent) = middle;
        }
        return m_size - recent;
    }

private:
    size_t slot(int index) const { return (m_first + size_t(index)) & m_mask; }

    Q_NEVER_INLINE void grow()
    {
        std::vector<TimePoint> times(std::max<size_t>(8, 2 * m_times.size())); // a power of two
        for (int index = 0; index < m_size; ++index)
            times[size_t(index)] = at(index);
        m_times.swap(times);
        m_mask = m_times.size() - 1;
        m_first = 0;
    }

    std::vector<TimePoint> m_times;
    size_t m_mask = 0; // of a slot: one less than there are
    size_t m_first = 0;
    int m_size = 0;
};

} // namespace Turnstile
