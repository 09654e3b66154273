// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

#include <Turnstile/Enums>
#include <Turnstile/Id>
#include <Turnstile/InMemoryRatelimiter>
#include <Turnstile/ModelApi>

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

    InMemoryRatelimiter limiter;
    TicketReceiver *ticket = limiter.ticket({Method::Get, "/gateway/bot"});
    QObject::connect(ticket, &TicketReceiver::available, &app,
        [&app](const TicketSender &sender) { app.exit(sender.headers({}) ? 0 : 1); });
    QTimer::singleShot(10'000, &app, [&app] { app.exit(2); });
    return app.exec();
}
