// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TimelineCursor.h"

#include "monitor-app/models/Store.h"
#include "monitor-app/models/TicketText.h"

#include <QtCore/QCoreApplication>

#include <algorithm>
#include <utility>

namespace Turnstile::Monitor {

TimelineCursor::TimelineCursor(TimelinePicture *picture)
    : m_picture(picture)
{
}

bool TimelineCursor::select(BucketId bucket)
{
    if (std::exchange(m_picture->selected, bucket) == bucket)
        return false;
    m_picture->marked = 0;
    return true;
}

int TimelineCursor::lane() const
{
    const auto &lanes = m_picture->lanes;
    const auto found = std::find(lanes.begin(), lanes.end(), m_picture->selected);
    return found == lanes.end() ? -1 : int(found - lanes.begin());
}

void TimelineCursor::goToTicket(int step)
{
    const auto &tries = m_picture->store->tickets().tries(m_picture->selected);
    if (tries.empty())
        return;
    const auto find = [&](auto isIt) { return std::find_if(tries.begin(), tries.end(), isIt); };
    auto at = find([this](const TicketTry &held) { return held.number == m_picture->marked; });
    if (at == tries.end()) {
        at = find(
            [this](const TicketTry &held) { return held.queuedAt > m_picture->window.until(); });
        step = -1;
    }
    if (step < 0 ? at != tries.begin() : std::next(at) != tries.end())
        at += step;
    m_picture->marked = at->number;
    m_picture->window.reveal(at->grantedAt.value_or(at->queuedAt));
}

QString TimelineCursor::text() const
{
    if (lane() < 0)
        return {};
    const auto &tries = m_picture->store->tickets().tries(m_picture->selected);
    const auto marked = std::find_if(tries.begin(), tries.end(),
        [this](const TicketTry &held) { return held.number == m_picture->marked; });
    if (marked != tries.end())
        return describe(*marked);
    return QCoreApplication::translate(
        "Turnstile::Monitor::TimelineCursor", "%1, %n ticket(s)", nullptr, int(tries.size()))
        .arg(m_picture->label(m_picture->selected));
}

QString TimelineCursor::describe(const TicketTry &held) const
{
    const BucketRow *row = m_picture->store->find(held.bucket);
    const bool isKnown = row && row->bucket.wait;
    return Monitor::describe(
        held, m_picture->window.now(), isKnown ? row->bucket.wait->reason : WaitReason::None);
}

} // namespace Turnstile::Monitor
