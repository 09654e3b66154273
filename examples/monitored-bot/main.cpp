// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// A bot that can be watched: two lines for the publisher, and `turnstile-monitor` finds it. It ends
// after a second; a real bot, and `monitored-bot 600`, give you the time to look. With
// `monitored-bot 600 control` monitors may also pause, resume and drain its buckets.

#include <Turnstile/InMemoryRatelimiter>
#include <Turnstile/ModelApi>
#include <Turnstile/MonitorPublisher>

#include <QCoreApplication>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QTimer>

using namespace Turnstile;

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    ModelApi api; // acts as Discord here
    const QString base = api.listen().toString();

    InMemoryRatelimiter limiter;
    MonitorPublisher publisher(&limiter);
    publisher.setControlAllowed(argc > 2 && qstrcmp(argv[2], "control") == 0);
    if (!publisher.listen())
        qWarning("Nobody can watch: %s", qPrintable(publisher.errorString())); // the bot goes on

    QNetworkAccessManager manager;
    Ratelimiter::follow(&manager);
    int asked = 0;
    int answered = 0;
    const auto ask = [&] {
        const QString path = QStringLiteral("/channels/%1/messages").arg(++asked % 25 + 1);
        TicketReceiver *ticket = limiter.ticket({Method::Get, path});
        QObject::connect(ticket, &TicketReceiver::available, &app,
            [&, ticket, path](const TicketSender &sender) {
                QNetworkRequest request(QUrl(base + path));
                sender.stamp(request);
                QNetworkReply *reply = manager.get(request);
                QObject::connect(reply, &QNetworkReply::finished, &app, [&, reply] {
                    ++answered;
                    reply->deleteLater();
                });
                ticket->deleteLater();
            });
    };
    QTimer traffic;
    QObject::connect(&traffic, &QTimer::timeout, &app, ask);
    traffic.start(50);

    const int seconds = argc > 1 ? std::atoi(argv[1]) : 1;
    QTimer::singleShot(std::chrono::seconds(seconds), &app, [&] {
        qInfo("%d answers; monitors found me at %s", answered, qPrintable(publisher.path()));
        app.exit(answered > 0 && !publisher.path().isEmpty() ? 0 : 1);
    });
    return app.exec();
}
