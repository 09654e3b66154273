// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "FakeSource.h"
#include "monitor-app/models/TicketLog.h"

/// Tries of tickets for tests of the timeline.
namespace Turnstile::Monitor::Fake {

struct Life {
    milliseconds asked; ///< from the beginning
    std::optional<milliseconds> granted;
    std::optional<milliseconds> ended;
    TicketState state = TicketState::Completed;
    int status = 200;
};

inline TicketTry made(quint64 number, TimePoint zero, const Life &life)
{
    TicketTry held;
    held.number = number;
    held.ticket = {number << TicketId::slotBits};
    held.bucket = bucketId(1);
    held.name = QStringLiteral("POST /channels/…/messages");
    held.askedAt = held.queuedAt = zero + life.asked;
    held.state = life.granted ? TicketState::InFlight : TicketState::Queued;
    held.attempt = life.granted ? 1 : 0;
    if (life.granted)
        held.grantedAt = zero + *life.granted;
    if (life.ended) {
        held.endedAt = zero + *life.ended;
        held.state = life.state;
        held.status = life.state == TicketState::Completed ? life.status : 0;
    }
    return held;
}

/// Adds the states of a ticket to \a batch, as a source tells them.
inline void tell(
    UpdateBatch *batch, quint64 number, quint64 bucket, TimePoint zero, const Life &life)
{
    TicketInfo info;
    info.id = {number << TicketId::slotBits};
    info.bucket = bucketId(bucket);
    const auto enter = [&](TicketState state, milliseconds at) {
        info.state = state;
        info.at = zero + at;
        batch->tickets.push_back(info);
    };
    info.askedAt = zero + life.asked;
    enter(TicketState::Queued, life.asked);
    if (life.granted) {
        info.attempt = 1;
        info.grantedAt = zero + *life.granted;
        enter(TicketState::Available, *life.granted);
    }
    if (life.ended) {
        info.status = life.state == TicketState::Completed ? life.status : 0;
        enter(life.state, *life.ended);
    }
}

} // namespace Turnstile::Monitor::Fake
