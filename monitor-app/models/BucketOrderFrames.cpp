// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/BucketOrder.h"
#include "monitor-app/models/Store.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace Turnstile::Monitor {

using namespace std::chrono_literals;

namespace {
constexpr milliseconds readable = 1s; // how long rows stay where they are
} // namespace

void BucketOrder::makeFrame()
{
    lookAtSome();
    lookAtChanges();
    const TimePoint now = m_store->now();
    if (now - m_orderedAt >= readable || now < m_orderedAt)
        putInOrder();
    tellCounts();
    if (m_isMixedUp || dependsOnTime())
        m_settle.start(readable);
}

// No frame for a while, so nothing moves: what was put off can be done.
void BucketOrder::settle()
{
    if (m_store->isFrozen())
        return;
    lookAt(totalCount());
    lookAtChanges();
    putInOrder();
    tellCounts();
}

bool BucketOrder::dependsOnTime() const
{
    return m_filter.dependsOnTime() || m_sorter.dependsOnTime();
}

void BucketOrder::look(int source)
{
    ++m_looked;
    const int place = m_rows.place(source);
    const bool matches = m_filter.matches(m_store->bucketAt(source), m_store->now());
    if (matches && place < 0)
        m_entering.push_back(source);
    else if (!matches && place >= 0)
        m_leaving.push_back(place);
    if (m_sorter.update(source) && place >= 0) {
        m_flags[size_t(source)] |= Moved;
        m_isMixedUp = true;
    }
}

// As many of all rows as the time since the last look has earned.
void BucketOrder::lookAtSome()
{
    const auto elapsed = m_store->now() - std::exchange(m_lookedAt, m_store->now());
    if (!dependsOnTime())
        return;
    if (elapsed < TimePoint::duration::zero() || elapsed >= readable)
        lookAt(totalCount());
    else
        lookAt(int(std::ceil(totalCount() * (elapsed / std::chrono::duration<double>(readable)))));
}

void BucketOrder::lookAt(int count)
{
    for (; count > 0; --count) {
        m_nextLook = m_nextLook + 1 < totalCount() ? m_nextLook + 1 : 0;
        if (!(m_flags[size_t(m_nextLook)] & Changed))
            look(m_nextLook);
    }
}

void BucketOrder::lookAtChanges()
{
    const std::vector<int> changed = std::exchange(m_changed, {});
    for (const int source : changed) {
        m_flags[size_t(source)] &= quint8(~Changed);
        look(source);
    }
    take(std::exchange(m_leaving, {}));
    tellChanges(changed);
    append(std::exchange(m_entering, {}));
}

void BucketOrder::take(std::vector<int> places)
{
    if (places.empty())
        return;
    std::sort(places.begin(), places.end());
    const int first = gather(places);
    const int last = first + int(places.size()) - 1;
    beginRemoveRows({}, first, last);
    m_rows.remove(first, last);
    endRemoveRows();
}

void BucketOrder::append(const std::vector<int> &sources)
{
    if (sources.empty())
        return;
    const int first = shownCount();
    beginInsertRows({}, first, first + int(sources.size()) - 1);
    m_rows.append(sources);
    for (const int source : sources)
        m_flags[size_t(source)] |= Moved;
    m_isMixedUp = true;
    endInsertRows();
}

void BucketOrder::tellChanges(const std::vector<int> &sources)
{
    std::vector<int> places;
    places.reserve(sources.size());
    for (const int source : sources) {
        if (m_rows.place(source) >= 0)
            places.push_back(m_rows.place(source));
    }
    std::sort(places.begin(), places.end());
    for (size_t begin = 0; begin < places.size();) {
        size_t end = begin + 1;
        while (end < places.size() && places[end] == places[end - 1] + 1)
            ++end;
        Q_EMIT dataChanged(
            createIndex(places[begin], 0), createIndex(places[end - 1], columnCount() - 1));
        begin = end;
    }
}

void BucketOrder::tellCounts()
{
    if (m_toldShown == shownCount() && m_toldTotal == totalCount())
        return;
    m_toldShown = shownCount();
    m_toldTotal = totalCount();
    Q_EMIT countsChanged(m_toldShown, m_toldTotal);
}

// Makes neighbours of those who leave, so that one removal is enough. Returns the first.
int BucketOrder::gather(const std::vector<int> &places)
{
    const int count = int(places.size());
    if (places.back() - places.front() + 1 == count)
        return places.front();
    rearrange(m_rows.orderWithLast(places));
    return shownCount() - count;
}

void BucketOrder::putInOrder()
{
    m_orderedAt = m_store->now();
    if (!std::exchange(m_isMixedUp, false))
        return;
    std::vector<int> moved;
    for (int source = 0; source < totalCount(); ++source) {
        if ((m_flags[size_t(source)] & Moved) && m_rows.place(source) >= 0)
            moved.push_back(source);
    }
    std::vector<int> sorted;
    sorted.reserve(size_t(shownCount()) - moved.size());
    for (const int source : m_rows.order()) {
        if (!(m_flags[size_t(source)] & Moved))
            sorted.push_back(source);
        m_flags[size_t(source)] &= quint8(~Moved);
    }
    std::vector<int> order = m_sorter.merged(sorted, std::move(moved));
    if (order != m_rows.order())
        rearrange(std::move(order));
}

void BucketOrder::rearrange(std::vector<int> order)
{
    Q_EMIT layoutAboutToBeChanged({}, VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    std::vector<int> sources;
    sources.reserve(size_t(before.size()));
    for (const QModelIndex &kept : before)
        sources.push_back(m_rows.source(kept.row()));
    m_rows.setOrder(std::move(order));
    QModelIndexList after;
    after.reserve(before.size());
    for (qsizetype i = 0; i < before.size(); ++i)
        after += createIndex(m_rows.place(sources[size_t(i)]), before[i].column());
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged({}, VerticalSortHint);
}

} // namespace Turnstile::Monitor
