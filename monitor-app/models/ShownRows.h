// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QtGlobal>

#include <vector>

namespace Turnstile::Monitor {

/// Which rows of a store are shown, and where: sources are rows of the store, places those of the
/// table. Both ways are a look into an array.
class ShownRows {
public:
    int count() const { return int(m_sources.size()); }      ///< places
    int sourceCount() const { return int(m_places.size()); } ///< shown or not
    int source(int place) const { return m_sources[size_t(place)]; }
    int place(int source) const { return m_places[size_t(source)]; } ///< -1: not shown
    const std::vector<int> &order() const { return m_sources; }      ///< sources, by place

    /// The store has as many rows now; none of the new ones is shown.
    void grow(int sourceCount);
    /// The store has lost rows, none of which is shown.
    void removeSources(int first, int last);
    void clear();

    void append(const std::vector<int> &sources); ///< to be shown behind the others
    void remove(int first, int last);             ///< places
    void setOrder(std::vector<int> order);        ///< the same sources, in another order
    /// The order with some \a places, ascending, behind the others.
    std::vector<int> orderWithLast(const std::vector<int> &places) const;

private:
    void number(int first);

    std::vector<int> m_sources; // by place
    std::vector<int> m_places;  // by source
};

} // namespace Turnstile::Monitor
