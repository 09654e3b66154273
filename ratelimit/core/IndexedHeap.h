// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QtGlobal>

#include <vector>

namespace Turnstile {

/// A binary heap of nodes that know their place in it, so that any node can be moved or removed in
/// O(log n). `Key::of(node)` gives what orders them, smallest first. It does not own its nodes.
template <typename Node, int Node::*Position, typename Key> class IndexedHeap {
public:
    static constexpr int notInHeap = -1;

    bool isEmpty() const { return m_nodes.empty(); }
    Node *top() const { return m_nodes.empty() ? nullptr : m_nodes.front(); }
    /// All that are in, the top first, the others in no order.
    const std::vector<Node *> &nodes() const { return m_nodes; }
    static bool contains(const Node *node) { return node->*Position != notInHeap; }

    /// Puts \a node in, or into its new place after its key has changed.
    void update(Node *node)
    {
        if (!contains(node) || m_nodes.size() > 1)
            move(node);
    }

    /// Does nothing when \a node is not in the heap.
    void remove(Node *node)
    {
        if (contains(node))
            take(node);
    }

private:
    // Out of the way of the many who find that nothing has to be done.
    Q_NEVER_INLINE void move(Node *node)
    {
        if (!contains(node)) {
            node->*Position = int(m_nodes.size());
            m_nodes.push_back(node);
        }
        siftDown(siftUp(size_t(node->*Position)));
    }

    Q_NEVER_INLINE void take(Node *node)
    {
        const size_t hole = size_t(node->*Position);
        Node *last = m_nodes.back();
        m_nodes.pop_back();
        node->*Position = notInHeap;
        if (last != node) {
            place(hole, last);
            siftDown(siftUp(hole));
        }
    }

    void place(size_t index, Node *node)
    {
        m_nodes[index] = node;
        node->*Position = int(index);
    }

    size_t siftUp(size_t index)
    {
        Node *node = m_nodes[index];
        while (index > 0) {
            const size_t parent = (index - 1) / 2;
            if (!(Key::of(node) < Key::of(m_nodes[parent])))
                break;
            place(index, m_nodes[parent]);
            index = parent;
        }
        place(index, node);
        return index;
    }

    void siftDown(size_t index)
    {
        Node *node = m_nodes[index];
        for (;;) {
            size_t child = 2 * index + 1;
            if (child >= m_nodes.size())
                break;
            if (child + 1 < m_nodes.size() && Key::of(m_nodes[child + 1]) < Key::of(m_nodes[child]))
                ++child;
            if (!(Key::of(m_nodes[child]) < Key::of(node)))
                break;
            place(index, m_nodes[child]);
            index = child;
        }
        place(index, node);
    }

    std::vector<Node *> m_nodes;
};

} // namespace Turnstile
