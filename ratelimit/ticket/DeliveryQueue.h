// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"

#include <QtCore/QObject>

#include <deque>
#include <memory>

namespace Turnstile {

class TicketChannelState;

/// Lets tickets that come to a thread by events leave turns to others. A turn of the event loop
/// handles all events that are there, and a limiter in another thread may have posted thousands:
/// those that do not fit in a slice wait here for later turns, in their order.
class DeliveryQueue : public QObject {
public:
    static DeliveryQueue &ofThisThread();

    /// Tells the receiver of \a state now or in a later turn.
    void deliver(const std::shared_ptr<TicketChannelState> &state);

protected:
    bool event(QEvent *event) override;

private:
    void beginTurn();

    std::deque<std::weak_ptr<TicketChannelState>> m_waiting;
    bool m_isTurnEndComing = false; // by an event
    TimePoint m_end;
};

} // namespace Turnstile
