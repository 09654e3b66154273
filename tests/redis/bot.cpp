// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// A process of several that share a token, for tests: `SOCKET API NAME COUNT CHANNELS TIMEOUT`.
// Begins when it is told anything on its input, and says how many requests succeeded.
#include "tests/common/RedisBots.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QSocketNotifier>
#include <QtCore/QTextStream>

int main(int argc, char *argv[])
{
    const QCoreApplication app(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() != 7)
        return 2;
    const int count = arguments[4].toInt();
    const int channels = arguments[5].toInt();
    RedisBot bot(redisAt(arguments[1]), QUrl(arguments[2]),
        {.responseTimeout = Turnstile::milliseconds(arguments[6].toInt())});
    QTextStream out(stdout);
    QSocketNotifier input(0, QSocketNotifier::Read);
    QObject::connect(&input, &QSocketNotifier::activated, &app, [&] {
        input.setEnabled(false);
        for (int i = 0; i < count; ++i) {
            const auto *reply = bot.get(
                QStringLiteral("/channels/%1/messages?p=%2").arg(i % channels).arg(arguments[3]));
            QObject::connect(
                reply, &Turnstile::RestReply::finished, &app,
                [&] {
                    if (bot.isDone())
                        QCoreApplication::quit();
                },
                Qt::QueuedConnection);
        }
    });
    QObject::connect(bot.limiter.get(), &Turnstile::RedisRatelimiter::sharingChanged, &app,
        [&](bool isConnected) {
            if (isConnected && bot.asked == 0)
                out << "ready" << Qt::endl;
        });
    QCoreApplication::exec();
    out << "succeeded " << bot.succeeded << Qt::endl;
    return bot.failed == 0 ? 0 : 1;
}
