// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

namespace Turnstile {

/// The place of a node in one IntrusiveList.
template <typename Node> struct ListHook {
    Node *previous = nullptr;
    Node *next = nullptr; // of the last node: itself; null: in no list
};

/// A doubly linked list through a hook inside the nodes: no allocation, O(1) removal. It does not
/// own its nodes; a node is in at most one list per hook.
template <typename Node, ListHook<Node> Node::*Hook> class IntrusiveList {
public:
    Node *first() const { return m_first; }
    Node *last() const { return m_last; }
    bool isEmpty() const { return !m_first; }
    static Node *next(const Node *node)
    {
        Node *following = (node->*Hook).next;
        return following == node ? nullptr : following;
    }
    static Node *previous(const Node *node) { return (node->*Hook).previous; }
    static bool contains(const Node *node) { return (node->*Hook).next; }

    void append(Node *node) { insertBefore(nullptr, node); }

    /// Puts \a node before \a position; null: at the end.
    void insertBefore(Node *position, Node *node)
    {
        auto &hook = node->*Hook;
        hook.next = position ? position : node;
        hook.previous = position ? (position->*Hook).previous : m_last;
        (hook.previous ? (hook.previous->*Hook).next : m_first) = node;
        (position ? (position->*Hook).previous : m_last) = node;
    }

    /// Does nothing when \a node is in no list.
    void remove(Node *node)
    {
        if (!contains(node))
            return;
        auto &hook = node->*Hook;
        Node *following = next(node);
        if (hook.previous)
            (hook.previous->*Hook).next = following ? following : hook.previous;
        else
            m_first = following;
        (following ? (following->*Hook).previous : m_last) = hook.previous;
        hook = {};
    }

private:
    Node *m_first = nullptr;
    Node *m_last = nullptr;
};

} // namespace Turnstile
