// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// The bot of the README, which prints everything from here on; a test compares them.

#include <Turnstile/InMemoryRatelimiter>
#include <Turnstile/ModelApi>

#include <QCoreApplication>
#include <QNetworkAccessManager>
#include <QNetworkReply>

using namespace Turnstile;

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    ModelApi api; // acts as Discord here; a real bot has https://discord.com/api/v10 and a token
    QNetworkRequest request(QUrl(api.listen().toString() + QStringLiteral("/channels/1/messages")));
    request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));

    InMemoryRatelimiter limiter;
    QNetworkAccessManager manager;
    int answered = 0;
    const auto send = [&](const TicketSender &sender) {
        QNetworkReply *reply = manager.post(request, R"({"content":"hello"})");
        QObject::connect(reply, &QNetworkReply::finished, &app, [&, reply, sender] {
            const int status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
            qInfo("status %d", status);
            if (status == 429) // of a limit that nobody could know: send() is called once more
                sender.retry(Response::answered(headersOf(reply)));
            else if (++answered == 10)
                app.quit();
            reply->deleteLater();
        });
        sender.follow(reply); // tells the limiter what the reply says
    };
    for (int i = 0; i < 10; ++i) {
        TicketReceiver *ticket = limiter.ticket({Method::Post, "/channels/1/messages"});
        QObject::connect(ticket, &TicketReceiver::available, &app, send);
    }
    return app.exec();
}
