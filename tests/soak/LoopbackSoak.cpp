// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/soak/LoopbackSoak.h"

#include "ratelimit/Clock.h"

#include <QtCore/QEventLoop>

#include <unistd.h>

namespace Turnstile::Soak {

using namespace std::chrono_literals;

static constexpr auto turnInterval = 5ms;
static constexpr quint64 repliesPerSecond = 1100; // that are asked for; some are given up
static constexpr int mostAsked = 4000;            // at a time
static constexpr int mostAtOnce = 30;             // or a slow machine would never catch up
static constexpr auto drainTime = 20s;
// A timer, the way to the network and a busy machine: what a person would not call late.
static constexpr auto tolerance = 1s;
// One in so many meets it.
static constexpr int cancelledReplies = 30;

static SchedulerOptions limiterOptions()
{
    return {.globalLimit = 1300, .idleBucketLifetime = 1min, .maxQueuedPerBucket = 100};
}

LoopbackSoak::LoopbackSoak(const Settings &settings)
    : m_settings(settings)
    , m_random(settings.seed)
    , m_outcome(QStringLiteral("RestClient, over sockets"))
    , m_crowd(&m_random)
    , m_server(new LoopbackServer)
    , m_limiter(limiterOptions())
{
    m_server->moveToThread(&m_thread);
    m_thread.start();
    m_limiter.restore(LoopbackServer::learntRoutes());
    for (RestClient *&client : m_clients) {
        client = new RestClient(&m_limiter, this);
        client->setToken("Bot soak");
        client->setTimeouts({.connect = 2s, .response = 2s});
        client->setRetryPolicy({.firstBackOff = 100ms, .longestBackOff = 2s});
    }
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &LoopbackSoak::turn);
}

LoopbackSoak::~LoopbackSoak()
{
    qDeleteAll(m_clients);
    QMetaObject::invokeMethod(
        m_server, [this] { delete m_server; }, Qt::BlockingQueuedConnection);
    m_thread.quit();
    m_thread.wait();
}

Outcome LoopbackSoak::run()
{
    QUrl url;
    QMetaObject::invokeMethod(
        m_server, [this, &url] { url = m_server->start(); }, Qt::BlockingQueuedConnection);
    for (RestClient *client : m_clients)
        client->setBaseUrl(url);
    m_begin = m_sampledAt = m_shownAt = m_lastTurn = clockNow();
    m_timer.start(turnInterval);
    QEventLoop loop;
    QTimer::singleShot(m_settings.time, Qt::PreciseTimer, &loop, &QEventLoop::quit);
    loop.exec();
    m_timer.stop();
    m_askedFor = clockNow() - m_begin;
    drain();
    report();
    return m_outcome;
}

void LoopbackSoak::turn()
{
    const TimePoint now = clockNow();
    m_longestStall = std::max(m_longestStall, now - std::exchange(m_lastTurn, now) - turnInterval);
    const auto elapsed = std::chrono::floor<milliseconds>(now - m_begin);
    int asked = 0;
    for (const quint64 due = quint64(elapsed.count()) * repliesPerSecond / 1000; m_due < due;
         ++m_due) {
        if (m_asked.size() < mostAsked && asked++ < mostAtOnce)
            ask();
        else
            ++m_notAsked;
    }
    if (m_random.oneIn(2000)) // about every ten seconds
        m_crowd.renewOne(now);
    if (now - m_sampledAt >= 500ms) {
        m_sampledAt = now;
        m_memory.sample(std::chrono::duration<double, std::ratio<3600>>(now - m_begin).count());
    }
    if (now - m_shownAt >= 2s && isatty(STDERR_FILENO)) {
        m_shownAt = now;
        showProgress();
    }
}

void LoopbackSoak::ask()
{
    const quint64 number = ++m_next;
    Asked asked;
    asked.spot = m_crowd.pick();
    Lane &lane = asked.spot.queue();
    const Route &route = *lane.route;
    asked.askedAt = clockNow();
    RestOptions options;
    options.ticket.priority = Priority(m_random.below(3) - 1);
    options.ticket.lane = route.lane;
    // Where too many are asked for, they all have one, or the queue would only grow.
    if (m_random.oneIn(3) || lane.tickets > 5) {
        asked.deadline = 20ms + m_random.upTo(m_random.oneIn(2) ? 500ms : 5000ms);
        options.ticket.deadline = asked.deadline;
        ++m_withDeadline;
    }
    RestBody body;
    if (route.method == Method::Post || route.method == Method::Patch)
        body = QJsonObject{{QStringLiteral("content"), QString::number(number)}};
    const QString path =
        QString::fromLatin1(route.path)
            .replace(QLatin1String("%1"), QString::number(asked.spot.place->number));
    RestReply *reply =
        m_clients[number % m_clients.size()]->send(route.method, path, body, options);
    asked.reply = reply;
    ++lane.tickets;
    m_asked.insert(number, asked);
    connect(reply, &RestReply::sent, this, [this, number](int attempt) { sent(number, attempt); });
    connect(reply, &RestReply::retryScheduled, this, [this, number] {
        if (const auto known = m_asked.find(number); known != m_asked.end())
            known->isOnItsWay = false;
    });
    connect(reply, &RestReply::finished, this, [this, number] { finished(number); });
    if (m_random.oneIn(cancelledReplies))
        cancelLater(number);
}

void LoopbackSoak::cancelLater(quint64 number)
{
    const bool deletes = m_random.oneIn(3);
    QTimer::singleShot(m_random.upTo(m_random.oneIn(2) ? 40ms : 2000ms), this, [=, this] {
        const auto asked = m_asked.constFind(number);
        if (asked == m_asked.cend())
            return;
        const QPointer<RestReply> reply = asked->reply;
        expect(reply, "every reply finishes once", QStringLiteral("one was gone without a word"));
        if (!reply)
            return;
        if (asked->isOnItsWay)
            m_server->givenUp(reply->endpoint());
        if (!deletes)
            return reply->cancel();
        take(number);
        ++m_deleted;
        delete reply.data();
    });
}

void LoopbackSoak::sent(quint64 number, int attempt)
{
    ++m_requests;
    m_retries += attempt > 1 ? 1 : 0;
    const auto asked = m_asked.find(number);
    expect(asked != m_asked.end(), "every reply finishes once",
        QStringLiteral("one was sent after its end"));
    if (asked == m_asked.end())
        return;
    asked->isOnItsWay = true;
    if (!asked->deadline || attempt > 1)
        return;
    const auto late = clockNow() - asked->askedAt - *asked->deadline;
    m_pastDeadline = std::max(m_pastDeadline, late);
    expect(late <= tolerance + m_longestStall, "no ticket is older than its deadline",
        QStringLiteral("%1 was sent %2 ms after it")
            .arg(asked->reply->endpoint().name())
            .arg(late / 1ms));
}

std::optional<LoopbackSoak::Asked> LoopbackSoak::take(quint64 number)
{
    const auto found = m_asked.constFind(number);
    if (found == m_asked.cend())
        return {};
    Asked asked = *found;
    m_asked.erase(found);
    --asked.spot.queue().tickets;
    return asked;
}

void LoopbackSoak::finished(quint64 number)
{
    const auto asked = take(number);
    expect(asked.has_value(), "every reply finishes once",
        QStringLiteral("one did again, or after it was deleted"));
    if (!asked)
        return;
    const RestResult &result = asked->reply->result();
    m_resent += quint64(result.resent);
    const bool isExpired = result.error.ticket.code == TicketError::Code::Expired;
    QString end;
    if (result.error.code == RestError::Code::NotGranted)
        QDebug(&end).nospace() << result.error.ticket.code;
    else
        QDebug(&end).nospace() << result.error.code;
    ++m_ends[end.section(QLatin1String("::"), -1)];
    if (!isExpired)
        return;
    expect(asked->deadline.has_value(), "no ticket is older than its deadline",
        QStringLiteral("one without a deadline expired"));
    const auto late = clockNow() - asked->askedAt - asked->deadline.value_or(0ms);
    if (result.attempts == 0)
        m_pastDeadline = std::max(m_pastDeadline, late);
    expect(result.attempts > 0 || late <= tolerance + m_longestStall,
        "no ticket is older than its deadline",
        QStringLiteral("%1 expired %2 ms after it")
            .arg(asked->reply->endpoint().name())
            .arg(late / 1ms));
}

// What waits for long limits is given up after a while; then all must end, and at once.
void LoopbackSoak::drain()
{
    QMetaObject::invokeMethod(m_server, &LoopbackServer::calm, Qt::QueuedConnection);
    const auto held = [this] {
        int count = 0;
        for (const Bucket &bucket : m_limiter.buckets())
            count += bucket.queued + bucket.inFlight;
        return count;
    };
    const auto waitForAll = [this, &held](milliseconds most) {
        QEventLoop loop;
        QTimer check;
        connect(&check, &QTimer::timeout, &loop, [this, &loop, &held] {
            if (m_asked.isEmpty() && held() == 0)
                loop.quit();
        });
        check.start(50ms);
        QTimer::singleShot(most, &loop, &QEventLoop::quit);
        loop.exec();
    };
    waitForAll(std::min<milliseconds>(drainTime, std::max<milliseconds>(1s, m_settings.time / 10)));
    const QHash<quint64, Asked> left = m_asked;
    for (const Asked &asked : left) {
        if (asked.isOnItsWay)
            m_server->givenUp(asked.reply->endpoint());
        asked.reply->cancel();
    }
    waitForAll(drainTime);
    expect(m_asked.isEmpty(), "every reply finishes once",
        QStringLiteral("%1 never did").arg(m_asked.size()));
    expect(held() == 0, "no ticket gets lost",
        QStringLiteral("%1 are still held at the end").arg(held()));
}

void LoopbackSoak::expect(bool holds, const char *promise, const QString &detail)
{
    if (!holds)
        m_outcome.broken(QLatin1String(promise), detail);
}

} // namespace Turnstile::Soak
