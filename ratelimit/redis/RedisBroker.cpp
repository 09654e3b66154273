// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/redis/RedisBroker.h"

#include "ratelimit/Clock.h"
#include "ratelimit/redis/RedisConnection.h"
#include "ratelimit/redis/RedisRequest.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QDebug>
#include <QtCore/QJsonDocument>
#include <QtCore/QRandomGenerator>
#include <QtCore/QThread>

#include <algorithm>

namespace Turnstile {

using namespace std::chrono_literals;

// Redis takes a process for dead that says nothing for ten seconds.
static constexpr milliseconds heartbeat = 3s;
// What nobody waits for goes with the next call, or a little later; so does the question of those
// who have asked before.
static constexpr milliseconds callEvery = 30ms;
// After a call that Redis refused: it is loading, or full, or has another version of the script.
static constexpr milliseconds retryAfterError = 1s;

static QByteArray newProcess()
{
    return QByteArray::number(QRandomGenerator::system()->generate64(), 36);
}

RedisBroker::RedisBroker(const RedisOptions &options, const SchedulerOptions &scheduling)
    : m_options(options)
    , m_scheduling(scheduling)
    , m_process(newProcess())
    , m_key(options.prefix.toUtf8() + ":{" + options.fingerprint + '}')
    , m_problem(QStringLiteral("Redis has not answered yet."))
    , m_words(scheduling.responseTimeout)
    , m_wishes(m_words, scheduling.responseTimeout)
    , m_tickets(m_words, scheduling.responseTimeout)
{
}

// What was lent and not used is free at once; what is on its way may have been sent.
RedisBroker::~RedisBroker()
{
    if (!isConnected())
        return;
    m_wishes.giveUp();
    m_tickets.giveUp();
    while (!m_words.isEmpty()) {
        RedisRequest request = newRequest();
        m_words.say(request, clockNow());
        m_words.heard();
        const bool isLast = m_words.isEmpty();
        RedisConnection *const connection = m_commands;
        connection->runScript(m_key, request.toJson(), [connection, isLast](const RedisReply &) {
            if (isLast)
                connection->deleteLater();
        });
        if (isLast)
            outlive(connection);
    }
}

// Redis does not read on where a reply finds nobody, so the connection stays for that long. Without
// an event loop it goes with the ratelimiter.
void RedisBroker::outlive(RedisConnection *connection)
{
    if (QCoreApplication *const app = QCoreApplication::instance();
        app && app->thread() == connection->thread()) {
        connection->setParent(app);
    } else if (QThread *const thread = QThread::currentThread(); thread->loopLevel() > 0) {
        connection->setParent(nullptr);
        QObject::connect(thread, &QThread::finished, connection, &QObject::deleteLater);
    }
}

void RedisBroker::start(
    QObject *owner, std::function<void(Step)> change, std::function<void()> tell)
{
    m_change = std::move(change);
    m_tell = std::move(tell);
    m_timer = new QTimer(owner);
    m_timer->setTimerType(Qt::PreciseTimer);
    m_timer->setSingleShot(true);
    QObject::connect(m_timer, &QTimer::timeout, owner, [this] {
        m_change([this](Scheduler &of, TimePoint now) { m_wishes.timePassed(of, now); });
    });
    if (m_options.fingerprint.isEmpty()) { // whoever forgets it would count with everybody else
        m_problem = QStringLiteral("RedisOptions::fingerprint is empty, so nobody knows which "
                                   "processes count together: tickets wait.");
        qWarning().noquote() << "Turnstile:" << m_problem;
        return;
    }
    m_commands = new RedisConnection(m_options, owner);
    QObject::connect(m_commands, &RedisConnection::connected, owner, [this] {
        m_change([this](Scheduler &, TimePoint now) { // and asks
            m_notBefore = now;
            countHere(false);
        });
        m_problem.clear();
        m_tell();
    });
    QObject::connect(m_commands, &RedisConnection::disconnected, owner, [this](const QString &why) {
        m_change([this](Scheduler &of, TimePoint now) {
            m_wishes.lost(of, now);
            countHere(m_options.failurePolicy == FailurePolicy::LocalShare);
        });
        setProblem(why);
    });
    m_wakes = new RedisConnection(m_options, owner, m_key + ":wake");
    QObject::connect(m_wakes, &RedisConnection::message, owner,
        [this](const QByteArray & /*channel*/, const QByteArray &bucket) {
            m_change([this, bucket](Scheduler &, TimePoint) { m_wishes.wake(bucket); });
        });
    m_commands->open();
    m_wakes->open();
}

bool RedisBroker::isConnected() const
{
    return m_commands && m_commands->isConnected();
}

// Slots may delete the ratelimiter, and us: this is the last that is done.
void RedisBroker::setProblem(const QString &problem)
{
    if (std::exchange(m_problem, problem) != problem)
        m_tell();
}

void RedisBroker::answered(TicketId ticket, const Response &response, TimePoint now)
{
    m_tickets.answered(ticket, response, now);
}

void RedisBroker::happened(const Event &event)
{
    if (event.type == Event::Type::BucketChanged || event.type == Event::Type::LaneMoved
        || event.type == Event::Type::BucketRemoved) {
        m_wishes.touch(event.bucket);
    } else if (event.type == Event::Type::TicketChanged && event.state == TicketState::Available) {
        if (auto lease = m_wishes.take(event.bucket)) {
            ++m_granted;
            m_tickets.take(event, std::move(*lease));
        }
    } else if (event.type == Event::Type::TicketChanged || event.type == Event::Type::RateLimited) {
        m_tickets.happened(event);
    }
}

bool RedisBroker::turnEnded(Scheduler &scheduler, TimePoint now)
{
    for (const QByteArray &bucket : m_tickets.tell(scheduler, now))
        m_wishes.wake(bucket);
    if (m_wishes.update(scheduler, now))
        return true;
    if (m_own && m_wishes.askOwn(scheduler, now))
        return true;
    m_words.forget(now);
    call(scheduler, now);
    armTimer(now);
    return false;
}

void RedisBroker::countHere(bool isAway)
{
    if (isAway && isConnected())
        return; // it is back already
    if (!isAway)
        m_own.reset();
    else if (!m_own)
        m_own.emplace(m_scheduling, std::max(m_processes, m_options.processes));
    m_wishes.setOwn(m_own ? &*m_own : nullptr);
    m_tickets.setOwn(m_own ? &*m_own : nullptr);
}

RedisRequest RedisBroker::newRequest() const
{
    return {m_process, m_options, m_scheduling};
}

void RedisBroker::call(const Scheduler &scheduler, TimePoint now)
{
    const TimePoint next = m_calledAt + (m_wishes.isUrgent() ? 0ms : callEvery);
    if (m_isCalling || !isConnected() || now < std::max<TimePoint>(next, m_notBefore))
        return;
    const bool isDue = m_wishes.asks() || !m_words.isEmpty()
        || (now >= m_calledAt + heartbeat && !(m_wishes.isEmpty() && m_tickets.isEmpty()));
    if (!isDue)
        return;
    RedisRequest request = newRequest();
    m_wishes.ask(request, scheduler, now);
    m_words.say(request, now);
    m_isCalling = true;
    m_calledAt = now;
    m_commands->runScript(m_key, request.toJson(),
        [this, isThere = std::weak_ptr(m_isThere)](const RedisReply &reply) {
            if (isThere.expired())
                return;
            m_change([this, reply, isHeard = isConnected()](
                         Scheduler &of, TimePoint at) { replied(reply, isHeard, of, at); });
        });
}

void RedisBroker::replied(
    const RedisReply &reply, bool isHeard, Scheduler &scheduler, TimePoint now)
{
    m_isCalling = false;
    const QJsonObject said = QJsonDocument::fromJson(reply.string).object();
    const QString error = reply.isError() ? reply.error : said[u"error"].toString();
    if (error.isEmpty() && !said.isEmpty()) {
        ++m_calls;
        m_words.heard();
        m_processes = said[u"processes"].toInt();
        const QJsonValue global = said[u"global"];
        if (const int lock = global[u"lock"].toInt(); lock > 0)
            scheduler.lockGlobally(now + milliseconds(lock), now);
        std::optional<TimePoint> free;
        if (global[u"free"].toInt() > 0)
            free = now + milliseconds(global[u"free"].toInt());
        scheduler.setSharedGlobal(global[u"used"].toInt(), free, now);
        m_wishes.replied(said[u"want"].toArray(), said[u"learnt"].toArray(), scheduler, now);
        setProblem({});
        return;
    }
    m_words.sayAgain();
    m_wishes.askAgain();
    m_wishes.lost(scheduler, now);
    if (!isHeard)
        return; // which is told by the connection
    m_notBefore = now + retryAfterError;
    const QString problem =
        QStringLiteral("Redis does not do what it is asked to: %1")
            .arg(error.isEmpty() ? QStringLiteral("the reply is not understood.") : error);
    if (problem != m_problem)
        qWarning().noquote() << "Turnstile:" << problem;
    setProblem(problem);
}

void RedisBroker::armTimer(TimePoint now)
{
    if (m_isCalling || (!isConnected() && !m_own)) {
        m_timer->stop(); // the reply, or the connection, comes first
        return;
    }
    std::optional<TimePoint> next;
    if (m_own)
        next = m_wishes.nextChange();
    else if (m_wishes.asks() || !m_words.isEmpty())
        next = std::max<TimePoint>(m_notBefore, m_calledAt + callEvery);
    else if (!m_wishes.isEmpty() || !m_tickets.isEmpty())
        next = std::max<TimePoint>(m_notBefore, m_calledAt + heartbeat);
    if (const auto change = m_wishes.nextChange(); change && next)
        next = std::min(*next, *change);
    if (next)
        m_timer->start(std::max(0ms, std::chrono::ceil<milliseconds>(*next - now)));
    else
        m_timer->stop();
}

} // namespace Turnstile
