// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Buffer.h"

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace Turnstile {

/// Memory for nodes that stay where they are. What was freed last is used first, as it is the
/// likeliest to be in the cache. Whoever creates a node destroys it.
template <typename Node> class NodePool {
public:
    NodePool() = default;
    Q_DISABLE_COPY_MOVE(NodePool)

    template <typename... Args> Node *create(Args &&...args)
    {
        if (m_free.isEmpty())
            grow();
        Cell *cell = m_free.takeLast();
        return new (cell->bytes.data()) Node(std::forward<Args>(args)...);
    }

    void destroy(Node *node)
    {
        std::destroy_at(node);
        m_free.append() = reinterpret_cast<Cell *>(node);
    }

    int size() const { return int(m_chunks.size() * perChunk - m_free.items().size()); }

private:
    struct alignas(Node) Cell {
        std::array<std::byte, sizeof(Node)> bytes;
    };
    static constexpr size_t perChunk = 128;

    Q_NEVER_INLINE void grow()
    {
        m_chunks.emplace_back(new Cell[perChunk]);
        for (size_t i = perChunk; i-- > 0;)
            m_free.append() = &m_chunks.back()[i];
    }

    std::vector<std::unique_ptr<Cell[]>> m_chunks;
    Buffer<Cell *> m_free;
};

} // namespace Turnstile
