// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestReply.h"

#include "ratelimit/http/RestReplyPrivate.h"

namespace Turnstile {

RestReply::RestReply(std::unique_ptr<RestReplyPrivate> priv, QObject *parent)
    : QObject(parent)
    , d(std::move(priv))
{
}

RestReply::~RestReply()
{
    setParent(nullptr); // what is told now may destroy the client
}

const Endpoint &RestReply::endpoint() const
{
    return d->endpoint;
}

bool RestReply::isFinished() const
{
    return d->isFinished();
}

const RestResult &RestReply::result() const
{
    return d->result;
}

QFuture<RestResult> RestReply::future()
{
    return d->future();
}

void RestReply::cancel()
{
    d->cancel();
}

bool RestReply::autoDelete() const
{
    return d->autoDelete;
}

void RestReply::setAutoDelete(bool on)
{
    d->autoDelete = on;
    if (on && isFinished())
        deleteLater();
}

} // namespace Turnstile
