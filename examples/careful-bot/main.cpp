// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// A bot that is careful with its tokens: it leaves out what can be left out when they are few, says
// why it waits, and starts again with what it learnt. Its API is a local model of Discord's.

#include <Turnstile/InMemoryRatelimiter>
#include <Turnstile/ModelApi>

#include <QCoreApplication>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QTimer>

using namespace Turnstile;
using namespace std::chrono_literals;

class CarefulBot : public QObject {
    Q_OBJECT
public:
    CarefulBot(const QUrl &base, const std::vector<LearntRoute> &learnt)
        : m_base(base)
    {
        m_limiter.restore(learnt);
        Ratelimiter::follow(&m_manager); // every stamped request completes its ticket
        connect(&m_limiter, &Ratelimiter::ticketChanged, this, &CarefulBot::explain);
    }

    void say(int number)
    {
        TicketReceiver *ticket = m_limiter.ticket(messages);
        connect(ticket, &TicketReceiver::available, this, [this, number](const TicketSender &s) {
            send(s, "{\"content\":\"message " + QByteArray::number(number) + "\"}");
            if (number == 1)
                return;
            // What is merely nice to have goes only when more than one token is left.
            TicketReceiver *extra = m_limiter.ticketIf(messages,
                [](const auto &bucket) { return bucket && bucket->remaining.value_or(0) > 1; });
            connect(extra, &TicketReceiver::available, this,
                [this](const TicketSender &sender) { send(sender, "{\"content\":\"extra\"}"); });
            connect(extra, &TicketReceiver::failed, this, [this, number](const TicketError &error) {
                qInfo("no extra with message %d: %s", number, qUtf8Printable(error.message));
                ++leftOut;
            });
        });
    }

    std::vector<LearntRoute> learnt() const { return m_limiter.learntRoutes(); }

    int answered = 0;
    int leftOut = 0;

Q_SIGNALS:
    void replied();

private:
    void send(const TicketSender &sender, const QByteArray &body)
    {
        QNetworkRequest request(QUrl(m_base.toString() + QStringLiteral("/channels/1/messages")));
        request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
        sender.stamp(request);
        QNetworkReply *reply = m_manager.post(request, body);
        connect(reply, &QNetworkReply::finished, this, [this, reply] {
            reply->deleteLater();
            ++answered;
            Q_EMIT replied();
        });
    }

    void explain(const TicketInfo &ticket)
    {
        if (ticket.state != TicketState::Queued)
            return;
        m_limiter.waits(ticket.id).then(this, [ticket](const std::vector<Wait> &waits) {
            for (const Wait &wait : waits)
                qInfo().noquote() << ticket.id << "waits:" << wait.text(ticket.at);
        });
    }

    const Endpoint messages{Method::Post, "/channels/1/messages"};
    const QUrl m_base;
    InMemoryRatelimiter m_limiter;
    QNetworkAccessManager m_manager;
};

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    // LearntRoutes keeps this in a file between two starts of a program.
    std::vector<LearntRoute> learnt;
    for (const char *day : {"first", "second"}) {
        qInfo("the %s day: %zu routes known", day, learnt.size());
        ModelApi api; // a new one: on the next day no window of today is open
        api.setDefaultLimit({.limit = 3, .window = 200ms});
        CarefulBot bot(api.listen(), learnt);
        QEventLoop loop;
        QObject::connect(&bot, &CarefulBot::replied, &loop, [&] {
            if (bot.answered + bot.leftOut >= 11)
                loop.quit();
        });
        QTimer::singleShot(10s, &loop, [] { std::exit(2); }); // something got stuck
        for (int i = 1; i <= 6; ++i)
            bot.say(i);
        loop.exec();
        learnt = bot.learnt();
        if (bot.leftOut == 0 || learnt.size() != 1 || api.stats().limitedTotal() > 0)
            return 1;
    }
    return 0;
}

#include "main.moc"
