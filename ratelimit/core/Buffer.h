// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QtGlobal>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace Turnstile {

/// Items that come and go all the time: what has gone is used again, and append() costs next to
/// nothing, as its rare growth is out of the way. It never shrinks.
template <typename Item> class Buffer {
public:
    bool isEmpty() const { return m_size == 0; }
    std::span<const Item> items() const { return {m_items.data(), m_size}; }

    /// The new item; it may be as another one was left.
    Item &append()
    {
        if (m_size == m_room)
            grow();
        return m_items[m_size++];
    }
    Item takeLast() { return m_items[--m_size]; }
    void clear() { m_size = 0; }

private:
    Q_NEVER_INLINE void grow()
    {
        m_room = std::max<size_t>(16, 2 * m_room);
        m_items.resize(m_room);
    }

    std::vector<Item> m_items;
    size_t m_room = 0; // how many there are
    size_t m_size = 0; // how many of them are used
};

} // namespace Turnstile
