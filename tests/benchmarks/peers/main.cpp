// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// turnstile-drain URL REQUESTS BUCKETS GLOBAL: what drain.mjs does, with RestClient.

#include "ratelimit/http/RestClient.h"
#include "ratelimit/InMemoryRatelimiter.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QElapsedTimer>

#include <cstdio>
#include <ctime>

using namespace Turnstile;

int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    const auto number = [&arguments](int place) { return arguments.value(place).toInt(); };
    const int requests = number(2);
    const int buckets = number(3);
    if (arguments.size() != 5 || requests < 1 || buckets < 1) {
        std::fputs("turnstile-drain URL REQUESTS BUCKETS GLOBAL\n", stderr);
        return 2;
    }
    SchedulerOptions options;
    options.globalLimit = number(4);
    InMemoryRatelimiter limiter(options);
    RestClient client(&limiter);
    client.setBaseUrl(QUrl(arguments.at(1) + QStringLiteral("/api/v10")));
    client.setToken("Bot nobody");

    QElapsedTimer time;
    time.start();
    const std::clock_t busy = std::clock();
    int answered = 0;
    int left = requests;
    for (int i = 0; i < requests; ++i) {
        RestReply *reply = client.get(
            QStringLiteral("/channels/%1/messages").arg(381870553235193857 + i % buckets));
        QObject::connect(reply, &RestReply::finished, reply, [&, reply] {
            answered += reply->error().message.isEmpty() ? 1 : 0;
            if (--left == 0)
                QCoreApplication::quit();
        });
    }
    QCoreApplication::exec();
    std::printf("{\"seconds\": %.3f, \"answered\": %d, \"processorSeconds\": %.4f}\n",
        double(time.nsecsElapsed()) / 1e9, answered, double(std::clock() - busy) / CLOCKS_PER_SEC);
    return 0;
}
