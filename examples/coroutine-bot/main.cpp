// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// A bot with coroutines, here those of QCoro. Its API is a local model of Discord's.

#include <Turnstile/Coroutine>
#include <Turnstile/InMemoryRatelimiter>
#include <Turnstile/ModelApi>
#include <Turnstile/RestClient>

#include <QCoreApplication>
#include <QCoroFuture>
#include <QCoroTask>
#include <QJsonObject>
#include <QTimer>

using namespace Turnstile;
using namespace std::chrono_literals;

QCoro::Task<bool> say(RestClient *client, QString text)
{
    const QJsonObject message{{QStringLiteral("content"), text}};
    RestReply *reply = client->post(QStringLiteral("/channels/1/messages"), message);
    const std::optional<RestResult> answer = co_await result(reply, client);
    if (!answer) // the client is gone: touch it no more
        co_return false;
    qInfo("%s: status %d", qUtf8Printable(text), answer->status);
    co_return bool(*answer);
}

QCoro::Task<int> talk(RestClient *client, InMemoryRatelimiter *limiter)
{
    std::vector<QCoro::Task<bool>> messages; // they all wait for their tickets at the same time
    for (int i = 1; i <= 12; ++i)
        messages.push_back(say(client, QStringLiteral("message %1").arg(i)));
    int failures = 0;
    for (auto &message : messages)
        failures += co_await message ? 0 : 1;

    // What cannot fail, QCoro's own co_await does as well.
    const Endpoint endpoint(Method::Post, "/channels/1/messages");
    qInfo() << *co_await limiter->bucket(endpoint);
    // A ticket for those who send by themselves; this one is given back unused.
    const TicketResult ticket = co_await result(limiter->ticket(endpoint), limiter);
    co_return failures + (ticket ? 0 : 1);
}

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    ModelApi api;
    api.setDefaultLimit({.limit = 5, .window = 300ms});
    InMemoryRatelimiter limiter;
    RestClient client(&limiter);
    client.setBaseUrl(api.listen());
    client.setToken("Bot of-coroutines");
    QTimer::singleShot(10s, &app, [] { std::exit(2); }); // something got stuck
    return QCoro::waitFor(talk(&client, &limiter)) + int(api.stats().limitedTotal());
}
