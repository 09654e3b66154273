// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/Ratelimiter.h"

#include <QtNetwork/QNetworkReply>

namespace Turnstile {

Ratelimiter::Ratelimiter(QObject *parent)
    : QObject(parent)
{
}

Ratelimiter::~Ratelimiter() = default;

QFuture<TicketSender> Ratelimiter::waitForTicket(
    const Endpoint &endpoint, const TicketOptions &options)
{
    return ticket(endpoint, options)->future();
}

TicketReceiver *Ratelimiter::ticketIf(const Endpoint &endpoint,
    std::function<bool(const std::optional<Bucket> &)> predicate, TicketOptions options)
{
    options.predicate = std::move(predicate);
    return ticket(endpoint, options);
}

void Ratelimiter::replyFinished(QNetworkReply *reply)
{
    if (reply)
        TicketSender::fromRequest(reply->request()).follow(reply);
}

} // namespace Turnstile
