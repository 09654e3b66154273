// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/ShownRows.h"

#include <utility>

namespace Turnstile::Monitor {

void ShownRows::grow(int sourceCount)
{
    m_places.resize(size_t(sourceCount), -1);
}

void ShownRows::removeSources(int first, int last)
{
    m_places.erase(m_places.begin() + first, m_places.begin() + last + 1);
    for (int &source : m_sources) {
        if (source > last)
            source -= last - first + 1;
    }
}

void ShownRows::clear()
{
    m_sources.clear();
    m_places.clear();
}

void ShownRows::append(const std::vector<int> &sources)
{
    const int first = count();
    m_sources.insert(m_sources.end(), sources.begin(), sources.end());
    number(first);
}

void ShownRows::remove(int first, int last)
{
    for (int place = first; place <= last; ++place)
        m_places[size_t(m_sources[size_t(place)])] = -1;
    m_sources.erase(m_sources.begin() + first, m_sources.begin() + last + 1);
    number(first);
}

void ShownRows::setOrder(std::vector<int> order)
{
    m_sources = std::move(order);
    number(0);
}

std::vector<int> ShownRows::orderWithLast(const std::vector<int> &places) const
{
    std::vector<int> order;
    std::vector<int> last;
    order.reserve(m_sources.size());
    last.reserve(places.size());
    for (int place = 0; place < count(); ++place) {
        const bool isLast = last.size() < places.size() && places[last.size()] == place;
        (isLast ? last : order).push_back(source(place));
    }
    order.insert(order.end(), last.begin(), last.end());
    return order;
}

void ShownRows::number(int first)
{
    for (int place = first; place < count(); ++place)
        m_places[size_t(source(place))] = place;
}

} // namespace Turnstile::Monitor
