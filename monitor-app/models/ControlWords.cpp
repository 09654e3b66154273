// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/ControlWords.h"

#include "monitor-app/models/Words.h"

namespace Turnstile::Monitor {

namespace {
using Action = MonitorCommand::Action;

QString waitingIn(const Bucket &bucket)
{
    return tr("Waiting now: %1.").arg(bucket.queued);
}

QString subjectOf(const MonitorCommand &command, const QString &bucket)
{
    if (command.action == Action::CancelTicket)
        return tr("Ticket #%1").arg(command.ticket.number());
    if (command.bucket.isNull())
        return tr("Everything");
    return bucket.isEmpty() ? tr("The bucket") : bucket;
}
} // namespace

ControlQuestion pauseQuestion(const Bucket &bucket)
{
    const QString text = bucket.lanes > 1
        ? tr("Nothing is granted from this bucket until it is resumed: tickets of all endpoints "
             "that share it wait, and new ones queue. Requests that are on their way are not "
             "touched. %1")
        : tr("Nothing is granted from this bucket until it is resumed: its tickets wait, and new "
             "ones queue. Requests that are on their way are not touched. %1");
    return {tr("Pause %1?").arg(bucket.name), text.arg(waitingIn(bucket)), tr("Pause")};
}

ControlQuestion drainQuestion(const Bucket &bucket)
{
    return {tr("Drain %1?").arg(bucket.name),
        tr("Tickets that wait are granted; new ones are rejected until the bucket is resumed. The "
           "bot is told of each that is rejected. %1")
            .arg(waitingIn(bucket)),
        tr("Drain")};
}

ControlQuestion cancelQuestion(const TicketTry &ticket)
{
    return {tr("Cancel ticket #%1?").arg(ticket.ticket.number()),
        tr("The ticket of %1 gives up its place, its request is not sent, and the bot is told so.")
            .arg(ticket.name),
        tr("Cancel the ticket")};
}

ControlQuestion pauseAllQuestion()
{
    return {tr("Pause everything?"),
        tr("The bot sends nothing more until everything is resumed: no bucket grants tickets, and "
           "new ones queue. Requests that are on their way are not touched."),
        tr("Pause everything")};
}

QString controlAnswer(const MonitorCommand &command, const QString &bucket, const QString &problem)
{
    const QString subject = subjectOf(command, bucket);
    if (!problem.isEmpty())
        return tr("%1 is as before: %2").arg(subject, problem);
    switch (command.action) {
    case Action::Resume:
        return tr("%1 is resumed.").arg(subject);
    case Action::Pause:
        return tr("%1 is paused.").arg(subject);
    case Action::Drain:
        return tr("%1 takes no new tickets until it is resumed.").arg(subject);
    case Action::CancelTicket:
        return tr("%1 is cancelled.").arg(subject);
    }
    Q_UNREACHABLE();
}

} // namespace Turnstile::Monitor
