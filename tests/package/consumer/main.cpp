// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

#include <Turnstile/Enums>
#include <Turnstile/Id>
#include <Turnstile/InMemoryRatelimiter>
#include <Turnstile/ModelApi>
#ifdef WITH_REDIS
#include <Turnstile/RedisRatelimiter>
#endif

#include <QtCore/QCoreApplication>
#include <QtCore/QMetaEnum>
#include <QtCore/QTimer>

using namespace Turnstile;

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    ModelApi api;
    if (api.listen().isEmpty())
        return 1;
    const auto states = QMetaEnum::fromType<TicketState>();
    if (!TicketId().isNull() || states.keyToValue("Completed") != int(TicketState::Completed))
        return 1;

#ifdef WITH_REDIS
    const RedisRatelimiter shared({.fingerprint = "me"}); // which connects later, or never
    if (shared.sharing().isConnected)
        return 1;
#endif

    InMemoryRatelimiter limiter;
    TicketReceiver *ticket = limiter.ticket({Method::Get, "/gateway/bot"});
    QObject::connect(ticket, &TicketReceiver::available, &app,
        [&app](const TicketSender &sender) { app.exit(sender.headers({}) ? 0 : 1); });
    QTimer::singleShot(10'000, &app, [&app] { app.exit(2); });
    return app.exec();
}
