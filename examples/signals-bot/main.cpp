// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// A bot with signals and slots: it posts messages into two channels and prints what the limiter
// tells. Its API is a local model of Discord's, so that it runs anywhere; a 429 makes it fail.

#include <Turnstile/InMemoryRatelimiter>
#include <Turnstile/ModelApi>

#include <QCoreApplication>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QTimer>

using namespace Turnstile;
using namespace std::chrono_literals;

class Bot : public QObject {
    Q_OBJECT
public:
    explicit Bot(const QUrl &base)
        : m_base(base)
    {
        // Once: every reply whose request was stamped completes its ticket.
        Ratelimiter::follow(&m_manager);
        connect(&m_limiter, &Ratelimiter::bucketChanged, this, &Bot::showBucket);
        connect(&m_limiter, &Ratelimiter::rateLimited, this,
            [this](const RateLimitHit &hit) { qWarning() << "429 for" << hit.name, ++m_limited; });
    }

    void say(const QString &channel, const QByteArray &text)
    {
        const auto path = QStringLiteral("/channels/%1/messages").arg(channel);
        ++m_unanswered;
        auto *ticket = m_limiter.ticket({Method::Post, path});
        connect(ticket, &TicketReceiver::available, this, [=, this](const TicketSender &sender) {
            QNetworkRequest request(QUrl(m_base.toString() + path));
            request.setHeader(
                QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
            sender.stamp(request);
            auto *reply = m_manager.post(request, "{\"content\":\"" + text + "\"}");
            connect(reply, &QNetworkReply::finished, this, [=, this] {
                qInfo("answered: %s", text.constData());
                reply->deleteLater();
                if (--m_unanswered == 0)
                    QCoreApplication::exit(m_limited);
            });
        });
        connect(ticket, &TicketReceiver::failed, this,
            [](const TicketError &error) { qWarning("%s", qUtf8Printable(error.message)); });
    }

private:
    void showBucket(const Bucket &bucket)
    {
        qInfo("%s: %d of %d left, %d wait, %d in flight", qUtf8Printable(bucket.name),
            bucket.remaining.value_or(-1), bucket.limit.value_or(-1), bucket.queued,
            bucket.inFlight);
    }

    const QUrl m_base;
    InMemoryRatelimiter m_limiter;
    QNetworkAccessManager m_manager;
    int m_unanswered = 0;
    int m_limited = 0;
};

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    ModelApi api;
    api.setLimit("POST /channels/{channel}/messages", {.limit = 3, .window = 300ms});

    Bot bot(api.listen());
    for (int i = 1; i <= 6; ++i) {
        bot.say(QStringLiteral("1001"), "hello " + QByteArray::number(i));
        bot.say(QStringLiteral("1002"), "bonjour " + QByteArray::number(i));
    }
    QTimer::singleShot(10s, &app, [] { QCoreApplication::exit(2); }); // something got stuck
    return app.exec();
}

#include "main.moc"
