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
    Buffer() = default;
    Q_DISABLE_COPY_MOVE(Buffer)

    bool isEmpty() const { return m_end == m_items.data(); }
    std::span<const Item> items() const { return {m_items.data(), m_end}; }

    /// The new item; it may be as another one was left.
    Item &append()
    {
        if (m_end == m_roomEnd)
            grow();
        return *m_end++;
    }
    Item takeLast() { return *--m_end; }
    void clear() { m_end = m_items.data(); }

private:
    Q_NEVER_INLINE void grow()
    {
        const size_t used = m_items.size();
        m_items.resize(std::max<size_t>(16, 2 * used));
        m_end = m_items.data() + used;
        m_roomEnd = m_items.data() + m_items.size();
    }

    std::vector<Item> m_items;
    Item *m_end = nullptr; // of those that are used
    Item *m_roomEnd = nullptr;
};

} // namespace Turnstile
