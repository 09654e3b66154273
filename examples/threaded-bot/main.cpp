// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// A bot with several threads, which share one limiter and so one account of the API's limits. Its
// API is a local model of Discord's.

#include <Turnstile/InMemoryRatelimiter>
#include <Turnstile/ModelApi>
#include <Turnstile/RestClient>

#include <QCoreApplication>
#include <QJsonObject>
#include <QThread>
#include <QTimer>

using namespace Turnstile;
using namespace std::chrono_literals;

static constexpr int threads = 4;
static constexpr int messages = 6; // of each thread

// One thread's work: it has a client of its own, for network objects cannot be shared.
static void work(QObject *owner, Ratelimiter *limiter, const QUrl &base)
{
    auto *client = new RestClient(limiter, owner);
    client->setBaseUrl(base);
    const QJsonObject message{{QStringLiteral("content"), owner->objectName()}};
    auto left = std::make_shared<int>(messages);
    for (int i = 0; i < messages; ++i) {
        RestReply *reply = client->post(QStringLiteral("/channels/1/messages"), message);
        QObject::connect(reply, &RestReply::finished, owner, [=] {
            qInfo("%s: status %d", qUtf8Printable(owner->objectName()), reply->status());
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
    int running = threads;
    for (int i = 1; i <= threads; ++i) {
        auto *thread = new QThread(&app);
        auto *owner = new QObject;
        owner->setObjectName(QStringLiteral("thread %1").arg(i));
        owner->moveToThread(thread);
        QObject::connect(
            thread, &QThread::started, owner, [=, &limiter] { work(owner, &limiter, base); });
        QObject::connect(thread, &QThread::finished, owner, &QObject::deleteLater);
        QObject::connect(thread, &QThread::finished, &app, [&] {
            if (--running == 0) // exit code 0: all answered, none with a 429
                app.exit(
                    api.stats().byStatus == QMap<int, quint64>{{200, threads * messages}} ? 0 : 1);
        });
        thread->start();
    }
    QTimer::singleShot(10s, &app, [] { std::exit(2); }); // something got stuck
    return app.exec();
}
