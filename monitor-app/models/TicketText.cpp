// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/TicketText.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/models/Words.h"

#include <QtCore/QStringList>

namespace Turnstile::Monitor {

namespace {
// With the space before it.
QString waitedFor(WaitReason reason)
{
    switch (reason) {
    case WaitReason::None:
        return {};
    case WaitReason::Order:
        return tr(" for older tickets");
    case WaitReason::Paused:
        return tr(" in a pause");
    case WaitReason::Route:
        return tr(" for its route's limit");
    case WaitReason::Probe:
        return tr(" for the bucket's limit to be known");
    case WaitReason::Bucket:
        return tr(" for the bucket's window");
    case WaitReason::Global:
        return tr(" for the global limit");
    case WaitReason::Cloudflare:
        return tr(" for the block of the address to end");
    case WaitReason::InvalidRequests:
        return tr(" so as to send no invalid request too many");
    case WaitReason::Connection:
        return tr(" for a free connection");
    case WaitReason::Retry:
        return tr(" before a failed request is sent again");
    case WaitReason::Turn:
        return tr(" for other processes of the token");
    case WaitReason::Lease:
        return tr(" for the shared limiter");
    }
    Q_UNREACHABLE();
}

// Empty when there is nothing to tell.
QString timesText(const TicketTry &held, TimePoint now, WaitReason reason)
{
    const milliseconds wait = held.waited(now);
    const QString waited =
        Format::duration(wait) + waitedFor(held.reason == WaitReason::None ? reason : held.reason);
    const QString way = Format::duration(held.tookTime(now));
    if (!held.grantedAt && !held.endedAt)
        return tr("has waited %1").arg(waited);
    if (!held.grantedAt)
        return wait > milliseconds::zero() ? tr("waited %1").arg(waited) : QString();
    if (!held.endedAt)
        return tr("waited %1, on its way for %2").arg(waited, way);
    if (wait == milliseconds::zero())
        return tr("%1 on its way, without a wait").arg(way);
    return held.isEndUnknown() ? tr("waited %1, then at most %2 on its way").arg(waited, way)
                               : tr("waited %1, then %2 on its way").arg(waited, way);
}
} // namespace

QString outcomeText(const TicketTry &held)
{
    if (held.isEndUnknown())
        return tr("its end was not told");
    switch (held.state) {
    case TicketState::Queued:
        return tr("queued");
    case TicketState::Available:
        return tr("granted");
    case TicketState::InFlight:
        return tr("in flight");
    case TicketState::Completed:
        return held.status > 0 ? tr("completed %1").arg(held.status) : tr("completed");
    case TicketState::Lost:
        return tr("lost, no answer came");
    case TicketState::TimedOut:
        return tr("timed out");
    case TicketState::Dropped:
        return tr("never sent");
    case TicketState::Cancelled:
        return tr("cancelled");
    case TicketState::Expired:
        return tr("expired");
    case TicketState::Rejected: {
        const QString why = TicketError::of(held.error).message;
        return why.isEmpty() ? tr("rejected") : tr("rejected: %1").arg(why);
    }
    }
    Q_UNREACHABLE();
}

QString describe(const TicketTry &held, TimePoint now, WaitReason reason)
{
    QStringList parts{
        QStringLiteral("#%1 %2").arg(QString::number(held.ticket.number()), held.name)};
    if (held.attempt > 1)
        parts += tr("try %1").arg(held.attempt);
    const bool waits = !held.grantedAt && !held.endedAt;
    parts += timesText(held, now, waits ? reason : WaitReason::None);
    parts += outcomeText(held);
    parts.removeAll(QString());
    return parts.join(QStringLiteral(" · "));
}

} // namespace Turnstile::Monitor
