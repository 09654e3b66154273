// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/EventWords.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/models/Words.h"

namespace Turnstile::Monitor::EventWords {

namespace {
QString number(int count)
{
    return Format::count(quint64(count));
}

QString scopeName(Scope scope)
{
    switch (scope) {
    case Scope::None:
        return tr("no scope");
    case Scope::User:
        return tr("user");
    case Scope::Global:
        return tr("global");
    case Scope::Shared:
        return tr("shared");
    case Scope::Unknown:
        break;
    }
    return tr("unknown scope");
}

QString reason(TicketError::Code why)
{
    switch (why) {
    case TicketError::Code::QueueFull:
        return tr("too many wait already");
    case TicketError::Code::InvalidEndpoint:
        return tr("the endpoint is not valid");
    case TicketError::Code::RatelimiterGone:
        return tr("the ratelimiter is gone");
    case TicketError::Code::WaitTooLong:
        return tr("the wait would be too long");
    case TicketError::Code::PredicateFailed:
        return tr("the condition was not met");
    case TicketError::Code::Draining:
        return tr("the queue is being drained");
    case TicketError::Code::Unauthorized:
        return tr("the API refuses the token (401)");
    case TicketError::Code::WebhookGone:
        return tr("the webhook does not exist (404)");
    case TicketError::Code::None:
    case TicketError::Code::Cancelled:
    case TicketError::Code::Expired:
    case TicketError::Code::Other:
        break;
    }
    return tr("the ratelimiter refused");
}
} // namespace

QString rateLimited(const RateLimitHit &hit)
{
    const QString wait = Format::duration(hit.retryAfter);
    switch (hit.kind) {
    case LimitKind::Global:
        return locked(hit.retryAfter);
    case LimitKind::Cloudflare:
        return tr("Cloudflare blocks this address for %1").arg(wait);
    case LimitKind::Bucket:
        return tr("429 (%1): no token was left, its requests wait %2")
            .arg(scopeName(hit.scope), wait);
    case LimitKind::Sublimit:
        return tr("429 (%1): the route has a limit of its own, and waits %2")
            .arg(scopeName(hit.scope), wait);
    case LimitKind::Shared:
        break;
    }
    return tr("429 (%1): everybody together used too much, the route waits %2")
        .arg(scopeName(hit.scope), wait);
}

QString locked(milliseconds duration)
{
    return tr("The token is locked for %1").arg(Format::duration(duration));
}

bool isFailure(TicketState state)
{
    return state == TicketState::TimedOut || state == TicketState::Lost
        || state == TicketState::Expired || state == TicketState::Rejected;
}

QString failed(TicketState state, TicketError::Code why, TicketId ticket, int count)
{
    const bool one = count == 1;
    const QString who = one ? QString::number(ticket.number()) : number(count);
    switch (state) {
    case TicketState::TimedOut:
        return (one ? tr("Ticket #%1 timed out: no word of its request came")
                    : tr("%1 tickets timed out: no word of their requests came"))
            .arg(who);
    case TicketState::Lost:
        return (one ? tr("Ticket #%1 was lost: it was sent, and no answer came")
                    : tr("%1 tickets were lost: they were sent, and no answer came"))
            .arg(who);
    case TicketState::Expired:
        return (one ? tr("Ticket #%1 expired while it waited")
                    : tr("%1 tickets expired while they waited"))
            .arg(who);
    default:
        return (one ? tr("Ticket #%1 was rejected: %2") : tr("%1 tickets were rejected: %2"))
            .arg(who, reason(why));
    }
}

QString anomaly(Anomaly kind)
{
    switch (kind) {
    case Anomaly::LimitChanged:
        return tr("The bucket has another limit than before");
    case Anomaly::HashFlipped:
        return tr("The route answers with another bucket than before");
    case Anomaly::HeadersVanished:
        return tr("An answer came without the rate limit headers it used to have");
    case Anomaly::CountersSplit:
        return tr("Routes with one hash turned out to count apart");
    case Anomaly::ClockJumped:
        break;
    }
    return tr("A clock went backwards");
}

QString moved(QByteArrayView from, QByteArrayView to)
{
    if (to.isEmpty())
        return tr("Moved away from %1").arg(Format::shortHash(from));
    return tr("Moved from %1 to %2").arg(Format::shortHash(from), Format::shortHash(to));
}

QString paused(int buckets)
{
    return buckets == 1 ? tr("Paused") : tr("%1 buckets were paused").arg(number(buckets));
}

QString resumed(int buckets)
{
    return buckets == 1 ? tr("Resumed") : tr("%1 buckets were resumed").arg(number(buckets));
}

QString dropped(int states)
{
    return states == 1
        ? tr("A ticket's state was dropped: too many to be told")
        : tr("%1 tickets' states were dropped: too many to be told").arg(number(states));
}

QString repeated(const QString &sentence, int times)
{
    return times == 1 ? sentence : tr("%1 (%2 times)").arg(sentence, number(times));
}

} // namespace Turnstile::Monitor::EventWords
