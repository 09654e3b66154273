// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QtGlobal>

#include <optional>
#include <vector>

namespace Turnstile {

/// Finds the slots of a Slab by the hash of what their nodes are called. It keeps no names: who
/// asks compares. Open addressing: 8 bytes for a place, of which a fifth at least is free.
class HashIndex {
public:
    /// The slot with \a hash for which \a matches(slot) holds; nothing when there is none.
    template <typename Matches>
    std::optional<quint32> find(size_t hash, const Matches &matches) const
    {
        if (m_size == 0)
            return {};
        for (size_t at = home(quint32(hash)); m_places[at].slot != none; at = after(at)) {
            if (m_places[at].hash == quint32(hash) && matches(m_places[at].slot))
                return m_places[at].slot;
        }
        return {};
    }

    /// \a slot is not in it yet.
    void insert(size_t hash, quint32 slot)
    {
        if (5 * (m_size + 1) > 4 * m_places.size()) {
            std::vector<Place> before(m_places.empty() ? 8 : 2 * m_places.size());
            before.swap(m_places);
            for (const Place &place : before) {
                if (place.slot != none)
                    put(place);
            }
        }
        put({quint32(hash), slot});
        ++m_size;
    }

    /// \a slot is in it, with that \a hash.
    void remove(size_t hash, quint32 slot)
    {
        size_t hole = home(quint32(hash));
        while (m_places[hole].slot != slot)
            hole = after(hole);
        // What follows moves up, unless that were before its home.
        for (size_t at = after(hole); m_places[at].slot != none; at = after(at)) {
            if (distance(home(m_places[at].hash), at) >= distance(hole, at)) {
                m_places[hole] = m_places[at];
                hole = at;
            }
        }
        m_places[hole] = {};
        --m_size;
    }

private:
    static constexpr quint32 none = 0xffff'ffff;
    struct Place {
        quint32 hash = 0;
        quint32 slot = none;
    };

    size_t home(quint32 hash) const { return hash & (m_places.size() - 1); }
    size_t after(size_t at) const { return (at + 1) & (m_places.size() - 1); }
    size_t distance(size_t from, size_t to) const { return (to - from) & (m_places.size() - 1); }

    void put(const Place &place)
    {
        size_t at = home(place.hash);
        while (m_places[at].slot != none)
            at = after(at);
        m_places[at] = place;
    }

    std::vector<Place> m_places; // a power of two
    size_t m_size = 0;
};

} // namespace Turnstile
