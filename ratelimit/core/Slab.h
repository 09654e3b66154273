// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Buffer.h"
#include "ratelimit/core/Id.h"

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace Turnstile {

/// Owns nodes that stay where they are, and finds them by id in O(1). Freed slots are used again.
/// A node is built from its id and the arguments of create(); the id is its first member, by which
/// a slot tells whether it is free.
template <typename Node, typename Tag> class Slab {
public:
    using NodeId = Id<Tag>;

    Slab() = default;
    Q_DISABLE_COPY_MOVE(Slab)
    ~Slab()
    {
        for (quint32 slot = 0; slot < m_end; ++slot) {
            if (Node *node = at(slot))
                std::destroy_at(node);
        }
    }

    template <typename... Args> Node *create(Args &&...args)
    {
        quint32 slot = m_end;
        if (m_free.isEmpty())
            grow();
        else
            slot = m_free.takeLast();
        const NodeId id{++m_lastNumber << NodeId::slotBits | slot};
        Node *node = new (&cell(slot)) Node(id, std::forward<Args>(args)...);
        Q_ASSERT(static_cast<void *>(&node->id) == node);
        return node;
    }

    /// Null when \a id is stale or was never given.
    Node *find(NodeId id)
    {
        Node *node = id.slot() < m_end ? at(id.slot()) : nullptr;
        return node && node->id == id ? node : nullptr;
    }
    const Node *find(NodeId id) const { return const_cast<Slab *>(this)->find(id); }

    void destroy(Node *node)
    {
        const quint32 slot = node->id.slot();
        std::destroy_at(node);
        new (node) NodeId;
        m_free.append() = slot;
    }

    bool isFull() const { return size() >= (1 << NodeId::slotBits) - 1; }
    int size() const { return int(m_end - m_free.items().size()); }

private:
    // A node, which begins with its id, or a null id: the slot is free.
    struct alignas(Node) Cell {
        std::array<std::byte, sizeof(Node)> bytes{};
    };
    static constexpr quint32 perChunk = 128;

    Q_NEVER_INLINE void grow()
    {
        if (m_end++ % perChunk == 0)
            m_chunks.push_back(std::make_unique<Cell[]>(perChunk));
    }

    Cell &cell(quint32 slot) const { return m_chunks[slot / perChunk][slot % perChunk]; }
    // Null when the slot is free; it is one of an id that was given.
    Node *at(quint32 slot) const
    {
        Cell *place = &cell(slot);
        return reinterpret_cast<const NodeId *>(place)->isNull() ? nullptr
                                                                 : reinterpret_cast<Node *>(place);
    }

    std::vector<std::unique_ptr<Cell[]>> m_chunks;
    Buffer<quint32> m_free;
    quint32 m_end = 0; // slots that were ever used
    quint64 m_lastNumber = 0;
};

} // namespace Turnstile
