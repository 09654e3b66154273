// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Id.h"

#include <deque>
#include <optional>
#include <vector>

namespace Turnstile {

/// Owns nodes that stay where they are, and finds them by id in O(1). Freed slots are used again.
/// A node is built from its id and the arguments of create().
template <typename Node, typename Tag> class Slab {
public:
    using NodeId = Id<Tag>;

    template <typename... Args> Node *create(Args &&...args)
    {
        quint32 slot = quint32(m_nodes.size());
        if (m_free.empty()) {
            m_nodes.emplace_back();
        } else {
            slot = m_free.back();
            m_free.pop_back();
        }
        const NodeId id{++m_lastNumber << NodeId::slotBits | slot};
        return &m_nodes[slot].emplace(id, std::forward<Args>(args)...);
    }

    /// Null when \a id is stale or was never given.
    Node *find(NodeId id)
    {
        if (id.slot() >= m_nodes.size())
            return nullptr;
        auto &node = m_nodes[id.slot()];
        return node && node->id == id ? &*node : nullptr;
    }
    const Node *find(NodeId id) const { return const_cast<Slab *>(this)->find(id); }

    void destroy(Node *node)
    {
        const quint32 slot = node->id.slot();
        m_nodes[slot].reset();
        m_free.push_back(slot);
    }

    bool isFull() const { return size() >= (1 << NodeId::slotBits) - 1; }
    int size() const { return int(m_nodes.size() - m_free.size()); }

    /// Calls \a visit() for at most \a most nodes from slot \a from on. Returns the slot to go on
    /// from; nothing when there is none. Looks at as many slots as it visits, and 16 times more
    /// empty ones.
    template <typename Visitor>
    std::optional<quint32> forSome(quint32 from, int most, Visitor &&visit) const
    {
        size_t slot = from;
        for (int looks = 16 * most; slot < m_nodes.size() && most > 0 && looks > 0; ++slot) {
            --looks;
            if (const auto &node = m_nodes[slot]) {
                visit(*node);
                --most;
            }
        }
        return slot < m_nodes.size() ? std::optional(quint32(slot)) : std::nullopt;
    }

    template <typename Visitor> void forEach(Visitor &&visit) const
    {
        for (const auto &node : m_nodes) {
            if (node)
                visit(*node);
        }
    }

private:
    std::deque<std::optional<Node>> m_nodes;
    std::vector<quint32> m_free;
    quint64 m_lastNumber = 0;
};

} // namespace Turnstile
