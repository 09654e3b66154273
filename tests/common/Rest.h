// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/http/RestClient.h"
#include "ratelimit/InMemoryRatelimiter.h"
#include "tests/common/ScriptedServer.h"

#include <QtTest/QSignalSpy>

#include <memory>

/// A server, a limiter, and a client that is quick to try again.
struct RestWorld {
    RestWorld()
        : limiter(std::make_unique<Turnstile::InMemoryRatelimiter>(
            Turnstile::SchedulerOptions{.expectVia = false}))
        , client(std::make_unique<Turnstile::RestClient>(limiter.get()))
    {
        client->setBaseUrl(server.url(QStringLiteral("/api/v10")));
        client->setRetryPolicy(
            {.maxAttempts = 3, .maxRateLimited = 2, .firstBackOff = Turnstile::milliseconds(1)});
    }
    Turnstile::RestReply *get(const Turnstile::RestOptions &options = {})
    {
        return client->get(QStringLiteral("/channels/1"), options);
    }
    Turnstile::RestReply *post(
        const Turnstile::RestBody &body = {}, const Turnstile::RestOptions &options = {})
    {
        return client->post(QStringLiteral("/channels/1/messages"), body, options);
    }

    ScriptedServer server;
    std::unique_ptr<Turnstile::InMemoryRatelimiter> limiter;
    std::unique_ptr<Turnstile::RestClient> client;
};

/// Waits for the end of \a reply, and deletes it.
inline Turnstile::RestResult resultOf(Turnstile::RestReply *reply)
{
    QSignalSpy finished(reply, &Turnstile::RestReply::finished);
    reply->setAutoDelete(false);
    if (!reply->isFinished() && !finished.wait(20'000))
        qFatal("A request does not finish.");
    const Turnstile::RestResult result = reply->result();
    delete reply;
    return result;
}

/// The error's code; fails loudly in a comparison when it is another.
inline Turnstile::RestError::Code codeOf(Turnstile::RestReply *reply)
{
    return resultOf(reply).error.code;
}

/// How the last ticket to end did; \a tickets spies on Ratelimiter::ticketChanged.
inline Turnstile::TicketState lastEnd(const QSignalSpy &tickets)
{
    auto last = Turnstile::TicketState::Queued;
    for (const auto &change : tickets) {
        const auto state = change.first().value<Turnstile::TicketInfo>().state;
        last = isFinal(state) ? state : last;
    }
    return last;
}
