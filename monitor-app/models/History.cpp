// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/History.h"

#include <algorithm>

namespace Turnstile::Monitor {

History::History(Kind kind, milliseconds slot)
    : m_slot(slot)
    , m_kind(kind)
{
    Q_ASSERT(slot > milliseconds::zero());
}

void History::add(TimePoint when, float amount)
{
    const qint64 slot = slotOf(when);
    if (moveTo(slot))
        m_slots[size_t(slot) % capacity] += amount;
}

void History::set(TimePoint when, float value)
{
    const qint64 slot = slotOf(when);
    if (!moveTo(slot))
        return;
    float &known = m_slots[size_t(slot) % capacity];
    known = m_kind == Kind::Peak ? std::max(known, value) : value;
    if (slot == m_head)
        m_level = value;
}

History::Values History::values(TimePoint now) const
{
    Values values{};
    const qint64 first = slotOf(now) - length;
    for (int i = 0; i < length; ++i)
        values[size_t(i)] = at(first + i);
    return values;
}

History::Values History::perSecond(TimePoint now, milliseconds span) const
{
    const int count = int(std::clamp<qint64>(span / m_slot, 1, mostSmoothed));
    const float seconds = std::chrono::duration<float>(m_slot * count).count();
    const qint64 first = slotOf(now) - length;
    Values values{};
    for (int i = 0; i < length; ++i) {
        float sum = 0;
        for (int back = 0; back < count; ++back)
            sum += at(first + i - back);
        values[size_t(i)] = sum / seconds;
    }
    return values;
}

float History::sumOfLast(int count, TimePoint now) const
{
    float sum = 0;
    for (qint64 slot = slotOf(now) - count; slot < slotOf(now); ++slot)
        sum += at(slot);
    return sum;
}

float History::highestOfLast(int count, TimePoint now) const
{
    float highest = 0;
    for (qint64 slot = slotOf(now) - count; slot < slotOf(now); ++slot)
        highest = std::max(highest, at(slot));
    return highest;
}

float History::total(TimePoint now) const
{
    return sumOfLast(length - 1, now) + at(slotOf(now));
}

bool History::isFlat(TimePoint now) const
{
    for (qint64 slot = slotOf(now) - length; slot <= slotOf(now); ++slot) {
        if (at(slot) != 0)
            return false;
    }
    return true;
}

qint64 History::slotOf(TimePoint when) const
{
    return when.time_since_epoch() / std::chrono::nanoseconds(m_slot);
}

// Makes \a slot the newest one where it is; false when it is too old to be kept.
bool History::moveTo(qint64 slot)
{
    if (m_head < 0)
        m_head = slot;
    if (slot - m_head >= capacity) {
        m_slots.fill(m_level);
        m_head = slot;
    }
    while (m_head < slot)
        m_slots[size_t(++m_head) % capacity] = m_level;
    return m_head - slot < capacity;
}

float History::at(qint64 slot) const
{
    if (m_head < 0 || slot < 0 || m_head - slot >= capacity)
        return 0;
    if (slot > m_head)
        return m_level;
    return m_slots[size_t(slot) % capacity];
}

} // namespace Turnstile::Monitor
