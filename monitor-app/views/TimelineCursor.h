// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/views/TimelinePicture.h"

namespace Turnstile::Monitor {

/// The lane, and perhaps the ticket, of a timeline that somebody has chosen: what the picture marks
/// and a screen reader says.
class TimelineCursor {
public:
    explicit TimelineCursor(TimelinePicture *picture);

    /// Whether it is another bucket than before; then no ticket is chosen.
    bool select(BucketId bucket);
    /// -1 for none.
    int lane() const;
    /// To the next try of the lane, or the one before; at first to the last that is shown.
    void goToTicket(int step);
    /// What is chosen, in words.
    QString text() const;
    QString describe(const TicketTry &held) const;

private:
    TimelinePicture *m_picture;
};

} // namespace Turnstile::Monitor
