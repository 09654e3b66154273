// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What sharing on Redis costs, beside the limiter of one process: prints one JSON object.
#include "ratelimit/redis/RedisRatelimiter.h"
#include "tests/common/RedisServer.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QEventLoop>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QTimer>

#include <algorithm>
#include <cstdio>
#include <ctime>

using namespace Turnstile;
using std::chrono::microseconds;
using std::chrono::steady_clock;

namespace {

constexpr int buckets = 1000;
constexpr int burst = 500; // tickets in a turn of the event loop
constexpr int bursts = 40;
constexpr int single = 200; // tickets one at a time
constexpr int remembered = 20'000;

SchedulerOptions options()
{
    SchedulerOptions options;
    options.globalLimit = 0;
    return options;
}

RedisOptions redisAt(const RedisServer &server)
{
    RedisOptions redis;
    redis.unixSocket = server.unixSocket();
    redis.fingerprint = "bench";
    return redis;
}

RatelimitHeaders answer()
{
    RatelimitHeaders headers;
    headers.status = 200;
    headers.kind = RatelimitHeaders::Kind::Bucket;
    headers.limit = headers.remaining = 1'000'000;
    headers.resetAfter = std::chrono::hours(1);
    headers.bucket = "80c17d2f203122d936070c88c8d10f33";
    headers.via = true;
    return headers;
}

Endpoint endpoint(int bucket)
{
    return {Method::Get, QStringLiteral("/channels/%1/messages").arg(381870553235193857 + bucket)};
}

double processorSeconds() // of this process
{
    return double(std::clock()) / CLOCKS_PER_SEC;
}

double told(RedisServer &server, const char *section, const QByteArray &name)
{
    for (const QByteArray &line : server.command({"INFO", section}).toByteArray().split('\n')) {
        if (line.startsWith(name + ':'))
            return line.mid(name.size() + 1).trimmed().toDouble();
    }
    return 0;
}

double redisSeconds(RedisServer &server)
{
    return told(server, "cpu", "used_cpu_user") + told(server, "cpu", "used_cpu_sys");
}

void pause(milliseconds time)
{
    QEventLoop loop;
    QTimer::singleShot(time, &loop, &QEventLoop::quit);
    loop.exec();
}

// Asks for so many tickets at once, one for each bucket in turn, and answers each when it may go.
void run(Ratelimiter &limiter, int tickets, int &next)
{
    int left = tickets;
    for (int i = 0; i < tickets; ++i) {
        TicketReceiver *const ticket = limiter.ticket(endpoint(next++ % buckets));
        QObject::connect(
            ticket, &TicketReceiver::available, &limiter, [&left](const TicketSender &sender) {
                static const RatelimitHeaders headers = answer();
                sender.headers(headers);
                --left;
            });
    }
    while (left > 0)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

// Microseconds from asking to the permission, in an idle bot.
QJsonObject latency(Ratelimiter &limiter)
{
    std::vector<double> waits;
    waits.reserve(single);
    for (int i = 0, next = 0; i < single; ++i) {
        const auto asked = steady_clock::now();
        run(limiter, 1, next);
        waits.push_back(
            double(microseconds((steady_clock::now() - asked) / microseconds(1)).count()));
        pause(std::chrono::milliseconds(40)); // what it has to say besides is said by then
    }
    std::sort(waits.begin(), waits.end());
    return {{QStringLiteral("p50_us"), waits[single / 2]},
        {QStringLiteral("p99_us"), waits[single * 99 / 100]}};
}

QJsonObject inMemory()
{
    InMemoryRatelimiter limiter(options());
    int next = 0;
    run(limiter, 2 * buckets, next);
    const double began = processorSeconds();
    for (int i = 0; i < bursts; ++i)
        run(limiter, burst, next);
    return {{QStringLiteral("process_us_per_ticket"),
                (processorSeconds() - began) * 1e6 / (burst * bursts)},
        {QStringLiteral("latency"), latency(limiter)}};
}

QJsonObject busy(RedisServer &server)
{
    RedisRatelimiter limiter(redisAt(server), options());
    int next = 0;
    run(limiter, 2 * buckets, next);
    const auto before = limiter.sharing();
    const double began = processorSeconds();
    const double redisBegan = redisSeconds(server);
    const auto since = steady_clock::now();
    for (int i = 0; i < bursts; ++i)
        run(limiter, burst, next);
    const double tickets = burst * bursts;
    const double seconds = std::chrono::duration<double>(steady_clock::now() - since).count();
    return {{QStringLiteral("process_us_per_ticket"), (processorSeconds() - began) * 1e6 / tickets},
        {QStringLiteral("redis_us_per_ticket"),
            (redisSeconds(server) - redisBegan) * 1e6 / tickets},
        {QStringLiteral("tickets_per_second"), tickets / seconds},
        {QStringLiteral("calls_per_ticket"),
            double(limiter.sharing().calls - before.calls) / tickets}};
}

QJsonObject idle(RedisServer &server, const RedisOptions &redis)
{
    RedisRatelimiter limiter(redis, options());
    int next = 0;
    run(limiter, 1, next);
    run(limiter, 1, --next);
    const auto before = limiter.sharing();
    const double began = redisSeconds(server);
    QJsonObject result = latency(limiter);
    result.insert(
        QStringLiteral("redis_us_per_ticket"), (redisSeconds(server) - began) * 1e6 / single);
    result.insert(QStringLiteral("calls_per_ticket"),
        double(limiter.sharing().calls - before.calls) / single);
    return result;
}

// Of buckets that were used and have nothing in flight.
double bytesPerBucket(RedisServer &server)
{
    RedisRatelimiter limiter(redisAt(server), options());
    const double before = told(server, "memory", "used_memory");
    int left = remembered;
    for (int i = 0; i < remembered; ++i) {
        TicketReceiver *const ticket = limiter.ticket(endpoint(buckets + i));
        QObject::connect(
            ticket, &TicketReceiver::available, &limiter, [&left](const TicketSender &sender) {
                static const RatelimitHeaders headers = answer();
                sender.headers(headers);
                --left;
            });
    }
    while (left > 0)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    pause(std::chrono::milliseconds(500));
    return (told(server, "memory", "used_memory") - before) / remembered;
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    RedisServer server({.hasPort = true});
    if (!server.isRunning()) {
        std::fputs("turnstile-shared-cost: There is no redis-server that starts.\n", stderr);
        return 1;
    }
    RedisOptions overTcp = redisAt(server);
    overTcp.unixSocket.clear();
    overTcp.host = QStringLiteral("127.0.0.1");
    overTcp.port = server.port();
    const QJsonObject result{{QStringLiteral("in_memory"), inMemory()},
        {QStringLiteral("busy"), busy(server)},
        {QStringLiteral("idle_unix"), idle(server, redisAt(server))},
        {QStringLiteral("idle_tcp"), idle(server, overTcp)},
        {QStringLiteral("redis_bytes_per_bucket"), bytesPerBucket(server)}};
    std::puts(QJsonDocument(result).toJson(QJsonDocument::Compact).constData());
    return 0;
}
