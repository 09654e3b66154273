// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Id.h"
#include "ratelimit/core/NodePool.h"

#include <optional>

namespace Turnstile {

/// What a FoldingSlab finds: a node, or what it was folded into.
struct Foldable {
    bool isFolded = false;
};

/// Owns nodes that stay where they are, and finds them by id in O(1). A node can be folded into
/// something smaller, which its owner keeps, and unfolded again; it is called by the same id all
/// the time. Slots of what is gone are used again.
///
/// Both are \ref Foldable. A node is built from its `id` and more arguments; \a FoldedId is the
/// member of \a Folded that has that id.
template <typename Node, typename Folded, auto FoldedId> class FoldingSlab {
public:
    using NodeId = decltype(Node::id);

    FoldingSlab() = default;
    Q_DISABLE_COPY_MOVE(FoldingSlab)
    ~FoldingSlab()
    {
        forEach([this](Node &node) { m_nodes.destroy(&node); });
    }

    template <typename... Args> Node *create(Args &&...args)
    {
        auto slot = quint32(m_places.size());
        if (m_free.empty()) {
            m_places.push_back(nullptr);
        } else {
            slot = m_free.back();
            m_free.pop_back();
        }
        return place({++m_lastNumber << NodeId::slotBits | slot}, std::forward<Args>(args)...);
    }

    /// Null when \a id is stale or was never given, and when the node is folded.
    Node *find(NodeId id) const
    {
        Node *node = id.slot() < m_places.size() ? at(id.slot()) : nullptr;
        return node && node->id == id ? node : nullptr;
    }
    /// What the node was folded into; else null.
    Folded *findFolded(NodeId id) const
    {
        Folded *folded = id.slot() < m_places.size() ? foldedAt(id.slot()) : nullptr;
        return folded && folded->*FoldedId == id ? folded : nullptr;
    }

    /// The node in \a slot, one of an id that was given; null when it is folded, or gone.
    Node *at(quint32 slot) const
    {
        Foldable *place = m_places[slot];
        return place && !place->isFolded ? static_cast<Node *>(place) : nullptr;
    }
    /// What is in \a slot instead, when it is folded; else null.
    Folded *foldedAt(quint32 slot) const
    {
        Foldable *place = m_places[slot];
        return place && place->isFolded ? static_cast<Folded *>(place) : nullptr;
    }

    /// Destroys \a node; \a folded, which has its id, stands for it.
    void fold(Node *node, Folded *folded)
    {
        m_places[node->id.slot()] = folded;
        m_nodes.destroy(node);
    }
    /// Builds the node again that \a folded stands for.
    template <typename... Args> Node *unfold(const Folded *folded, Args &&...args)
    {
        return place(folded->*FoldedId, std::forward<Args>(args)...);
    }

    void destroy(Node *node)
    {
        vacate(node->id);
        m_nodes.destroy(node);
    }
    /// What \a folded stands for is gone.
    void forget(const Folded *folded) { vacate(folded->*FoldedId); }

    bool isFull() const { return size() >= (1 << NodeId::slotBits) - 1; }
    int size() const { return int(m_places.size() - m_free.size()); }

    /// Calls \a visit() for every node that is not folded.
    template <typename Visitor> void forEach(Visitor &&visit) const
    {
        for (quint32 slot = 0; slot < m_places.size(); ++slot) {
            if (Node *node = at(slot))
                visit(*node);
        }
    }

    /// Calls \a visit() with at most \a most slots that something is in, from \a from on. Returns
    /// the slot to go on from; nothing when there is none. Looks at as many slots as it visits, and
    /// 16 times more empty ones.
    template <typename Visitor>
    std::optional<quint32> forSome(quint32 from, int most, Visitor &&visit) const
    {
        quint32 slot = from;
        for (int looks = 16 * most; slot < m_places.size() && most > 0 && looks > 0; ++slot) {
            --looks;
            if (m_places[slot]) {
                visit(slot);
                --most;
            }
        }
        return slot < m_places.size() ? std::optional(slot) : std::nullopt;
    }

private:
    template <typename... Args> Node *place(NodeId id, Args &&...args)
    {
        Node *node = m_nodes.create(id, std::forward<Args>(args)...);
        m_places[id.slot()] = node;
        return node;
    }
    void vacate(NodeId id)
    {
        m_places[id.slot()] = nullptr;
        m_free.push_back(id.slot());
    }

    NodePool<Node> m_nodes;
    std::vector<Foldable *> m_places; // null: free
    std::vector<quint32> m_free;
    quint64 m_lastNumber = 0;
};

} // namespace Turnstile
