// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// A ratelimiter of one's own, for a service that names no limits: one request at a time, and a
// pause after each. The program asks it for five tickets, and fails if one comes too early.

#include <Turnstile/Ratelimiter>
#include <Turnstile/TicketChannel>

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QTimer>

#include <algorithm>
#include <deque>

using namespace Turnstile;
using namespace std::chrono_literals;

class PoliteRatelimiter : public Ratelimiter {
    Q_OBJECT
public:
    explicit PoliteRatelimiter(milliseconds pause)
        : m_pause(pause)
    {
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.setSingleShot(true);
        connect(&m_timer, &QTimer::timeout, this, &PoliteRatelimiter::grantNext);
    }

    TicketReceiver *ticket(const Endpoint &, const TicketOptions &) override
    {
        TicketChannel made = channel();
        auto enqueue = [this, notifier = std::move(made.notifier)]() mutable {
            m_waiting.push_back(std::move(notifier));
            grantNext();
        };
        // Any thread may ask, but the queue belongs to this one.
        QMetaObject::invokeMethod(this, std::move(enqueue), Qt::QueuedConnection);
        return made.receiver;
    }
    QFuture<std::optional<Bucket>> bucket(const Endpoint &) const override
    {
        return QtFuture::makeReadyFuture(std::optional<Bucket>());
    }
    QFuture<bool> has(const Endpoint &) const override { return QtFuture::makeReadyFuture(false); }
    QFuture<bool> isGloballyLocked() const override { return QtFuture::makeReadyFuture(false); }

private:
    void grantNext()
    {
        if (m_headers || m_timer.isActive())
            return;
        while (!m_waiting.empty() && !(m_headers = m_waiting.front().available()))
            m_waiting.pop_front(); // nobody waits for it any more
        if (m_headers)
            m_headers->whenDone(this, [this](const TicketHeaders::Outcome &o) { done(o); });
    }

    void done(const TicketHeaders::Outcome &outcome)
    {
        m_headers.reset();
        if (!outcome.retry)
            m_waiting.pop_front();
        // A retry says how long it must wait at least, as a 429 may demand.
        const auto pause = outcome.response.kind == Response::Kind::Unused ? 0ms : m_pause;
        m_timer.start(std::max(pause, outcome.wait));
    }

    const milliseconds m_pause;
    QTimer m_timer;
    std::deque<TicketNotifier> m_waiting;   // the first one is in flight if there are m_headers
    std::optional<TicketHeaders> m_headers; // of the ticket in flight
};

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    PoliteRatelimiter limiter(100ms);
    QElapsedTimer clock;
    clock.start();
    qint64 answeredAt = -100;
    for (int i = 1; i <= 5; ++i) {
        const Endpoint endpoint(Method::Get, QStringLiteral("/things/%1").arg(i));
        TicketReceiver *ticket = limiter.ticket(endpoint, {});
        QObject::connect(ticket, &TicketReceiver::available, &app, [&, i](const TicketSender &s) {
            qInfo("%3lld ms: request %d", clock.elapsed(), i);
            if (clock.elapsed() - answeredAt < 100)
                app.exit(1);
            // A bot would send its request now, and say s.follow(reply).
            QTimer::singleShot(20ms, &app, [&, i, s] {
                qInfo("%3lld ms: answer %d", answeredAt = clock.elapsed(), i);
                s.headers({});
                if (i == 5)
                    app.quit();
            });
        });
    }
    QTimer::singleShot(5s, &app, [&] { app.exit(1); }); // some ticket was forgotten
    return app.exec();
}

#include "main.moc"
