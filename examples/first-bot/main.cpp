// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// The bot of the README, which prints everything from here on; a test compares them.

#include <Turnstile/InMemoryRatelimiter>
#include <Turnstile/ModelApi>
#include <Turnstile/RestClient>

#include <QCoreApplication>

using namespace Turnstile;

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    InMemoryRatelimiter limiter;
    RestClient client(&limiter);
    // A real bot has client.setToken("Bot MTk4...") instead of these two lines.
    ModelApi api; // acts as Discord here
    client.setBaseUrl(api.listen());

    int answered = 0;
    for (int i = 1; i <= 10; ++i) {
        const QString text = QStringLiteral("hello %1").arg(i);
        auto *reply = client.post("/channels/1/messages", QJsonObject{{u"content"_qs, text}});
        QObject::connect(reply, &RestReply::finished, &app, [&, reply] {
            if (reply->error())
                qWarning() << reply->error().message;
            else
                qInfo("status %d", reply->status());
            if (++answered == 10)
                app.quit();
        });
    }
    return app.exec();
}
