// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// What the other clients do: `turnstile-interop rest URL [GLOBAL LIMIT]` asks for 10 messages at
// once, and tells in a line of JSON how it went; `tickets` does without RestClient.

#include <Turnstile/InMemoryRatelimiter>
#include <Turnstile/RestClient>

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QNetworkAccessManager>
#include <QNetworkReply>

#include <cstdio>
#include <functional>

using namespace Turnstile;

namespace {

constexpr int messageCount = 10;
const QString path = QStringLiteral("/channels/381870553235193857/messages");

using Ended = std::function<void(const QString &problem)>; // empty: answered

void post(RestClient &client, const QJsonObject &message, const Ended &ended)
{
    RestReply *reply = client.post(path, message);
    QObject::connect(
        reply, &RestReply::finished, reply, [reply, ended] { ended(reply->error().message); });
}

/// Takes tickets, and sends with a network manager of its own.
class TicketBot : public QObject {
public:
    TicketBot(const QUrl &base, Ratelimiter *limiter)
        : m_url(base.toString() + path)
        , m_limiter(limiter)
    {
    }

    void post(const QJsonObject &message, const Ended &ended)
    {
        TicketReceiver *ticket = m_limiter->ticket({Method::Post, path});
        connect(ticket, &TicketReceiver::available, this,
            [this, message, ended](const TicketSender &sender) { send(sender, message, ended); });
        connect(ticket, &TicketReceiver::failed, this,
            [ended](const TicketError &error) { ended(error.message); });
    }

private:
    void send(const TicketSender &sender, const QJsonObject &message, const Ended &ended)
    {
        QNetworkRequest request(m_url);
        request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
        request.setRawHeader("Authorization", "Bot nobody");
        QNetworkReply *reply = m_manager.post(request, QJsonDocument(message).toJson());
        connect(reply, &QNetworkReply::finished, this, [sender, reply, ended] {
            reply->deleteLater();
            const RatelimitHeaders headers = headersOf(reply);
            if (headers.status == 429 && sender.retry(Response::answered(headers)))
                return; // it becomes available again
            sender.follow(reply);
            ended(reply->error() == QNetworkReply::NoError ? QString() : reply->errorString());
        });
    }

    const QUrl m_url;
    Ratelimiter *const m_limiter;
    QNetworkAccessManager m_manager;
};

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    const QString way = arguments.value(1);
    const QUrl base(arguments.value(2) + QStringLiteral("/api/v10"));
    if (arguments.size() < 3 || (way != QLatin1String("rest") && way != QLatin1String("tickets"))) {
        std::fputs("turnstile-interop rest|tickets URL [GLOBAL LIMIT]\n", stderr);
        return 2;
    }
    SchedulerOptions options;
    if (arguments.size() > 3)
        options.globalLimit = arguments.at(3).toInt();
    InMemoryRatelimiter limiter(options);
    RestClient client(&limiter);
    client.setBaseUrl(base);
    client.setToken("Bot nobody");
    TicketBot bot(base, &limiter);

    QElapsedTimer clock;
    clock.start();
    int answered = 0;
    int left = messageCount;
    const Ended ended = [&](const QString &problem) {
        if (problem.isEmpty())
            ++answered;
        else
            std::fprintf(stderr, "%s\n", qUtf8Printable(problem));
        if (--left > 0)
            return;
        std::printf("{\"seconds\": %.3f, \"answered\": %d}\n", double(clock.nsecsElapsed()) / 1e9,
            answered);
        QCoreApplication::quit();
    };
    for (int i = 1; i <= messageCount; ++i) {
        const QJsonObject message{{QStringLiteral("content"), QStringLiteral("message %1").arg(i)}};
        if (way == QLatin1String("rest"))
            post(client, message, ended);
        else
            bot.post(message, ended);
    }
    return QCoreApplication::exec();
}
