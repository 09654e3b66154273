// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// A bot with several threads that share one limiter. Its API is a local model of Discord's.

#include <Turnstile/InMemoryRatelimiter>
#include <Turnstile/ModelApi>
#include <Turnstile/RestClient>

#include <QCoreApplication>
#include <QThread>
#include <QTimer>

using namespace Turnstile;
using namespace std::chrono_literals;

constexpr int threads = 4, messages = 6; // of each

// One thread's work: it has a client of its own, for network objects cannot be shared.
static void work(QObject *owner, Ratelimiter *limiter, const QUrl &base, int number)
{
    auto *client = new RestClient(limiter, owner);
    client->setBaseUrl(base);
    auto left = std::make_shared<int>(messages);
    for (int i = 0; i < messages; ++i) {
        auto *reply = client->post(QStringLiteral("/channels/1/messages"));
        QObject::connect(reply, &RestReply::finished, owner, [=] {
            qInfo("thread %d: status %d", number, reply->status());
            if (--*left == 0)
                owner->thread()->quit();
        });
    }
}

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    ModelApi api;
    api.setDefaultLimit({.limit = 5, .window = 200ms});
    const QUrl base = api.listen();
    InMemoryRatelimiter limiter; // lives here, and outlives the clients
    const QMap<int, quint64> allWell{{200, threads * messages}}; // answers by status
    int running = threads;
    for (int i = 1; i <= threads; ++i) {
        auto *thread = new QThread(&app);
        auto *owner = new QObject;
        owner->moveToThread(thread);
        const auto begin = [=, &limiter] { work(owner, &limiter, base, i); };
        QObject::connect(thread, &QThread::started, owner, begin);
        QObject::connect(thread, &QThread::finished, owner, &QObject::deleteLater);
        QObject::connect(thread, &QThread::finished, &app, [&] {
            if (--running == 0)
                app.exit(api.stats().byStatus == allWell ? 0 : 1);
        });
        thread->start();
    }
    QTimer::singleShot(10s, &app, [] { std::exit(2); }); // something got stuck
    return app.exec();
}
