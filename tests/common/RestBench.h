// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/http/RestClient.h"
#include "ratelimit/InMemoryRatelimiter.h"
#include "ratelimit/testing/ModelApi.h"

#include <QtCore/QMetaEnum>
#include <QtNetwork/QNetworkAccessManager>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <algorithm>
#include <map>

/// A RestClient with its limiter, a server that enforces the limits, and what became of the
/// tickets. All in one thread.
struct RestBench {
    explicit RestBench(const Turnstile::SchedulerOptions &options = {})
        : limiter(options)
    {
        using namespace Turnstile;
        client.setToken("Bot abc");
        client.setRetryPolicy({.maxAttempts = 3, .firstBackOff = milliseconds(10)});
        QObject::connect(&limiter, &Ratelimiter::ticketChanged, &client,
            [this](const TicketInfo &ticket) { tickets[ticket.id] = ticket; });
    }

    /// Lets the server listen, on \a port again if one is given.
    bool listen(quint16 port = 0)
    {
        client.setBaseUrl(api.listen(port));
        return api.isListening();
    }

    /// Waits, without polling, until \a reply is over.
    static Turnstile::RestResult resultOf(Turnstile::RestReply *reply)
    {
        reply->setAutoDelete(false);
        QSignalSpy finished(reply, &Turnstile::RestReply::finished);
        if (!reply->isFinished() && !finished.wait(20000))
            qWarning("The request did not finish");
        const Turnstile::RestResult result = reply->result();
        delete reply;
        return result;
    }

    /// The bucket of the ticket that was asked for last, as it is now.
    std::optional<Turnstile::Bucket> bucket() const
    {
        return tickets.empty() ? std::nullopt : limiter.bucket(tickets.rbegin()->second.bucket);
    }
    /// The tokens that the limiter counts in it; -1: none are known.
    int tokensLeft() const
    {
        const auto last = bucket();
        return last ? last->remaining.value_or(-1) : -1;
    }

    /// How the tickets have ended, in the order in which they were asked for. Waits for those that
    /// have not; a dash stands for one that does not.
    QByteArray ends()
    {
        using namespace Turnstile;
        QSignalSpy changes(&limiter, &Ratelimiter::ticketChanged);
        const auto isOpen = [](const auto &entry) { return !isFinal(entry.second.state); };
        while (std::any_of(tickets.begin(), tickets.end(), isOpen) && changes.wait(2000)) { }
        const auto names = QMetaEnum::fromType<TicketState>();
        QByteArrayList ends;
        for (const auto &[id, ticket] : tickets)
            ends << (isFinal(ticket.state) ? names.valueToKey(int(ticket.state)) : "-");
        return ends.join(' ');
    }
    /// How often tickets were granted.
    int grants() const
    {
        int sum = 0;
        for (const auto &[id, ticket] : tickets)
            sum += ticket.attempt;
        return sum;
    }

    /// Begins to count anew.
    void forget()
    {
        tickets.clear();
        api.resetStats();
    }

    Turnstile::ModelApi api;
    Turnstile::InMemoryRatelimiter limiter;
    QNetworkAccessManager manager;
    Turnstile::RestClient client{&limiter, &manager};
    std::map<Turnstile::TicketId, Turnstile::TicketInfo> tickets; // as each was seen last
};
