// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// The bot of the README: ten messages into one channel that takes five per second. What stands
// between the two marks is printed there word by word, and a test compares them.

#include <Turnstile/InMemoryRatelimiter>
#include <Turnstile/ModelApi>

#include <QCoreApplication>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QTimer>

int main(int argc, char **argv)
{
    using namespace std::chrono_literals;
    QCoreApplication app(argc, argv);
    Turnstile::ModelApi api; // instead of https://discord.com/api/v10
    api.setDefaultLimit({.limit = 5, .window = 1s});
    QNetworkRequest request(
        QUrl(api.listen().toString() + QStringLiteral("/channels/123/messages")));
    request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));

    // [README
    Turnstile::InMemoryRatelimiter limiter;
    QNetworkAccessManager manager;
    for (int i = 0; i < 10; ++i) {
        auto *ticket = limiter.ticket({Turnstile::Method::Post, "/channels/123/messages"});
        QObject::connect(ticket, &Turnstile::TicketReceiver::available, &manager,
            [&manager, request](const Turnstile::TicketSender &sender) {
                auto *reply = manager.post(request, R"({"content":"hello"})");
                sender.follow(reply);
            });
    }
    // README]

    int answered = 0;
    QObject::connect(&manager, &QNetworkAccessManager::finished, &app, [&](QNetworkReply *reply) {
        qInfo("message %d: %d", ++answered,
            reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt());
        reply->deleteLater();
        if (answered == 10)
            app.exit(int(api.stats().limitedTotal()));
    });
    QTimer::singleShot(10s, &app, [] { QCoreApplication::exit(2); }); // something got stuck
    return app.exec();
}
