// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// What the other clients do: `turnstile-interop tickets URL [GLOBAL LIMIT]` asks for 10 messages at
// once, and tells in a line of JSON how it went.

#include <Turnstile/InMemoryRatelimiter>

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QNetworkAccessManager>
#include <QNetworkReply>

#include <cstdio>
#include <functional>

using namespace Turnstile;

namespace {

constexpr int messageCount = 10;
constexpr char path[] = "/channels/381870553235193857/messages";

using Ended = std::function<void(const QString &problem)>; // empty: answered

/// Takes tickets, and sends with a network manager of its own.
class TicketBot : public QObject {
public:
    TicketBot(const QString &base, const SchedulerOptions &options)
        : m_url(base + QLatin1String(path))
        , m_limiter(options)
    {
    }

    void post(const QByteArray &body, const Ended &ended)
    {
        TicketReceiver *ticket = m_limiter.ticket({Method::Post, path});
        connect(ticket, &TicketReceiver::available, this,
            [this, body, ended](const TicketSender &sender) { send(sender, body, ended); });
        connect(ticket, &TicketReceiver::failed, this,
            [ended](const TicketError &error) { ended(error.message); });
    }

private:
    void send(const TicketSender &sender, const QByteArray &body, const Ended &ended)
    {
        QNetworkRequest request(m_url);
        request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
        request.setRawHeader("Authorization", "Bot nobody");
        QNetworkReply *reply = m_manager.post(request, body);
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
    InMemoryRatelimiter m_limiter;
    QNetworkAccessManager m_manager;
};

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() < 3 || arguments.at(1) != QLatin1String("tickets")) {
        std::fputs("turnstile-interop tickets URL [GLOBAL LIMIT]\n", stderr);
        return 2;
    }
    SchedulerOptions options;
    if (arguments.size() > 3)
        options.globalLimit = arguments.at(3).toInt();
    TicketBot bot(arguments.at(2) + QStringLiteral("/api/v10"), options);

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
    for (int i = 1; i <= messageCount; ++i)
        bot.post("{\"content\":\"message " + QByteArray::number(i) + "\"}", ended);
    return QCoreApplication::exec();
}
