// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/redis/RedisBroker.h"

#include "ratelimit/Clock.h"
#include "ratelimit/redis/RedisConnection.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QDebug>
#include <QtCore/QRandomGenerator>
#include <QtCore/QSysInfo>
#include <QtCore/QThread>

#include <algorithm>

namespace Turnstile {

using namespace std::chrono_literals;

static QByteArray newProcess()
{
    return QByteArray::number(QRandomGenerator::system()->generate64(), 36);
}

RedisBroker::RedisBroker(const RedisOptions &options, const SchedulerOptions &scheduling)
    : m_options(options)
    , m_key(options.prefix.toUtf8() + ":{" + options.fingerprint + '}')
    , m_problem(QStringLiteral("Redis has not answered yet."))
    , m_talk(newProcess(), options, scheduling)
{
}

RedisBroker::~RedisBroker()
{
    if (!canCall())
        return;
    RedisConnection *const connection = m_commands;
    const QByteArrayList words = m_talk.lastWords(clockNow());
    for (qsizetype left = words.size(); const QByteArray &call : words) {
        const bool isLast = --left == 0;
        connection->runScript(m_key, call, [connection, isLast](const RedisReply &) {
            if (isLast)
                connection->deleteLater();
        });
    }
    if (!words.isEmpty())
        outlive(connection);
}

// Qt's TLS needs the application until its last connection is closed.
static void endConnections()
{
    qDeleteAll(QCoreApplication::instance()->findChildren<RedisConnection *>(
        QString(), Qt::FindDirectChildrenOnly));
}

// Redis does not read on where a reply finds nobody, so the connection stays for that long. Without
// an event loop it goes with the ratelimiter, and waits a moment.
void RedisBroker::outlive(RedisConnection *connection)
{
    connection->setWaitsAtEnd();
    QThread *const thread = QThread::currentThread();
    if (thread != connection->thread())
        return; // its own has ended
    if (QCoreApplication *const app = QCoreApplication::instance();
        app && app->thread() == thread) {
        connection->setParent(app);
        connection->setAlone();
        qRemovePostRoutine(endConnections);
        qAddPostRoutine(endConnections);
    } else if (thread->loopLevel() > 0) {
        connection->setParent(nullptr);
        connection->setAlone();
        QObject::connect(thread, &QThread::finished, connection, &QObject::deleteLater);
    }
}

void RedisBroker::start(QObject *owner, std::function<void(Step)> change,
    std::function<void()> tell, std::function<void()> tellState)
{
    m_change = std::move(change);
    m_tell = std::move(tell);
    m_tellState = std::move(tellState);
    m_timer = new QTimer(owner);
    m_timer->setTimerType(Qt::PreciseTimer);
    m_timer->setSingleShot(true);
    QObject::connect(m_timer, &QTimer::timeout, owner,
        [this] { m_change([this](Scheduler &of, TimePoint now) { m_talk.timePassed(of, now); }); });
    if (m_options.fingerprint.isEmpty()) { // whoever forgets it would count with everybody else
        m_problem = QStringLiteral("RedisOptions::fingerprint is empty, so nobody knows which "
                                   "processes count together: tickets wait.");
        qWarning().noquote() << "Turnstile:" << m_problem;
        return;
    }
    const QString name =
        m_options.name.isEmpty() ? QCoreApplication::applicationName() : m_options.name;
    m_talk.setInfo(
        RedisLook::info(name, QCoreApplication::applicationPid(), QSysInfo::machineHostName()));
    m_commands = new RedisConnection(m_options, owner);
    QObject::connect(m_commands, &RedisConnection::connected, owner, [this] {
        m_change([this](Scheduler &, TimePoint now) { m_talk.connected(now); }); // and asks
    });
    QObject::connect(m_commands, &RedisConnection::disconnected, owner, [this](const QString &why) {
        m_change([this](Scheduler &of, TimePoint now) { m_talk.disconnected(of, now); });
        setState(false, why);
    });
    m_wakes = new RedisConnection(m_options, owner, m_key + ":wake");
    QObject::connect(m_wakes, &RedisConnection::message, owner,
        [this](const QByteArray & /*channel*/, const QByteArray &message) {
            if (m_talk.isMeant(message))
                m_change([this, message](Scheduler &, TimePoint) { m_talk.woken(message); });
        });
    const auto listen = [this](bool listens) {
        m_change(
            [this, listens](Scheduler &, TimePoint now) { m_talk.setListening(listens, now); });
    };
    QObject::connect(m_wakes, &RedisConnection::connected, owner, [this, listen] {
        m_deafness.clear();
        listen(true);
    });
    QObject::connect(
        m_wakes, &RedisConnection::disconnected, owner, [this, listen](const QString &why) {
            if (why.contains(u"NOPERM")) // else the other connection says it, too
                m_deafness = QStringLiteral("Nobody can wake this process, so it asks twice a "
                                            "second; docs/scaling.md has the rights: %1")
                                 .arg(why);
            listen(false);
        });
    m_talk.setListening(false, clockNow());
    m_commands->open();
    m_wakes->open();
}

bool RedisBroker::canCall() const
{
    return m_commands && m_commands->isConnected();
}

// Slots may delete the ratelimiter, and us: this is the last that is done.
void RedisBroker::setState(bool isConnected, const QString &problem)
{
    const bool wasConnected = std::exchange(m_isConnected, isConnected);
    if (std::exchange(m_problem, problem) != problem || wasConnected != isConnected)
        m_tell();
}

void RedisBroker::answered(TicketId ticket, const Response &response, TimePoint now)
{
    m_talk.answered(ticket, response, now);
}

void RedisBroker::happened(const Event &event)
{
    m_talk.happened(event);
}

void RedisBroker::turnBegins(Scheduler &scheduler, TimePoint now)
{
    m_talk.turnBegins(scheduler, now);
}

bool RedisBroker::turnEnded(Scheduler &scheduler, TimePoint now)
{
    if (m_talk.turnEnded(scheduler, now))
        return true;
    call(scheduler, now);
    armTimer(now);
    return false;
}

// A turn of its own, so that Redis is asked without one.
SharedState RedisBroker::sharedState(TimePoint now)
{
    m_talk.watch(now);
    if (m_commands)
        m_change([](Scheduler &, TimePoint) {});
    SharedState state = m_talk.sharedState();
    state.problem = m_problem;
    return state;
}

void RedisBroker::call(const Scheduler &scheduler, TimePoint now)
{
    const QByteArray request = canCall() ? m_talk.nextCall(scheduler, now) : QByteArray();
    if (request.isEmpty())
        return;
    m_commands->runScript(
        m_key, request, [this, isThere = std::weak_ptr(m_isThere)](const RedisReply &reply) {
            if (isThere.expired())
                return;
            m_change([this, reply, isHeard = canCall()](
                         Scheduler &of, TimePoint at) { replied(reply, isHeard, of, at); });
        });
}

// What is to be done about a script that ended in \a error.
static QString refusal(const QString &error)
{
    if (error.startsWith(u"OOM "))
        return QStringLiteral("Redis has no memory left, and lends nothing: raise its maxmemory "
                              "(OOM).");
    if (error.startsWith(u"NOPERM") || error.contains(u"can't run this command"))
        return QStringLiteral("Redis does not let this user do all that it takes; docs/scaling.md "
                              "has the rights, under Access: %1")
            .arg(error);
    return QStringLiteral("Redis does not do what it is asked to: %1").arg(error);
}

void RedisBroker::replied(
    const RedisReply &reply, bool isHeard, Scheduler &scheduler, TimePoint now)
{
    if (reply.isError() && !isHeard) // which is told by the connection
        return m_talk.unheard(scheduler, now);
    QString error = reply.error;
    const TimePoint toldAt = m_talk.sharedState().at;
    if (reply.isError())
        m_talk.refused(scheduler, now);
    else
        error = m_talk.replied(reply.string, scheduler, now);
    if (m_talk.sharedState().at != toldAt) {
        const std::weak_ptr isThere(m_isThere);
        m_tellState();
        if (isThere.expired())
            return;
    }
    if (error.isEmpty())
        return setState(true, m_deafness);
    const QString problem = refusal(error);
    if (problem != m_problem)
        qWarning().noquote() << "Turnstile:" << problem;
    setState(true, problem);
}

void RedisBroker::armTimer(TimePoint now)
{
    if (const auto next = m_talk.nextDeadline())
        m_timer->start(
            std::clamp<milliseconds>(std::chrono::ceil<milliseconds>(*next - now), 0ms, 24h));
    else
        m_timer->stop();
}

} // namespace Turnstile
