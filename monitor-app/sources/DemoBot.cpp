// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/sources/DemoBot.h"

#include "ratelimit/core/Endpoint.h"
#include "ratelimit/InMemoryRatelimiter.h"

#include <QtCore/QDateTime>
#include <QtCore/QTimer>
#include <QtNetwork/QNetworkReply>
#include <QtNetwork/QNetworkRequest>

#include <cmath>

namespace Turnstile::Monitor {

using namespace std::chrono_literals;

DemoBot::DemoBot(InMemoryRatelimiter *limiter, const QUrl &api, quint32 seed, QObject *parent)
    : QObject(parent)
    , m_limiter(limiter)
    , m_api(api)
    , m_random(seed)
{
}

DemoBot::~DemoBot() = default;

void DemoBot::start(std::vector<Habit> habits)
{
    m_habits = std::move(habits);
    m_running.start();
    for (size_t habit = 0; habit < m_habits.size(); ++habit)
        schedule(habit, m_habits[habit].first);
}

void DemoBot::schedule(size_t index, milliseconds delay)
{
    QTimer::singleShot(delay, Qt::PreciseTimer, this, [this, index] {
        const Habit &habit = m_habits[index];
        act(habit);
        if (habit.every > 0ms)
            schedule(index, pause(index));
    });
}

// Each habit has tides of its own, 10 to 20 s long.
milliseconds DemoBot::pause(size_t index)
{
    constexpr double pi = 3.14159265358979;
    const double seconds = double(m_running.elapsed()) / 1000;
    const double tide = std::sin(seconds * 2 * pi / (10 + 1.7 * double(index)) + double(index));
    const double factor = (1 + 0.55 * tide) * m_random.bounded(75, 126) / 100.0;
    return milliseconds(qint64(double(m_habits[index].every.count()) * factor));
}

void DemoBot::act(const Habit &habit)
{
    for (int i = 0; i < habit.burst; ++i) {
        const QString path = freshPath(habit.path);
        TicketReceiver *ticket = m_limiter->ticket(Endpoint(habit.method, path));
        ticket->setParent(this);
        connect(ticket, &TicketReceiver::available, this,
            [this, &habit, path](const TicketSender &sender) { send(habit, path, sender); });
        // The last of a burst are the ones that nobody wants to wait for.
        if (habit.patience && i >= habit.burst - 2)
            QTimer::singleShot(*habit.patience, ticket, &TicketReceiver::cancel);
    }
}

void DemoBot::send(const Habit &habit, const QString &path, const TicketSender &sender)
{
    QUrl url = m_api;
    url.setPath(url.path() + path, QUrl::TolerantMode);
    QNetworkRequest request(url);
    request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
    if (habit.timeout)
        request.setTransferTimeout(int(habit.timeout->count()));
    const bool hasBody = habit.method != Method::Get && habit.method != Method::Delete;
    QNetworkReply *reply = m_network.sendCustomRequest(request,
        methodName(habit.method).toByteArray(), hasBody ? QByteArrayLiteral("{}") : QByteArray());
    sender.sent();
    connect(
        reply, &QNetworkReply::finished, this, [this, reply, sender] { finish(reply, sender); });
}

void DemoBot::finish(QNetworkReply *reply, const TicketSender &sender)
{
    const int status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (status == 429)
        sender.retry(Response::answered(headersOf(reply)));
    else if (status > 0)
        sender.headers(headersOf(reply));
    else
        sender.lost();
    reply->deleteLater();
}

// A message that is some hours old, as those are that bots delete and look up.
QString DemoBot::freshPath(const QString &path)
{
    constexpr qint64 discordEpoch = 1'420'070'400'000;
    const qint64 age = 3'600'000 + m_random.bounded(3'600'000);
    const quint64 snowflake = quint64(QDateTime::currentMSecsSinceEpoch() - age - discordEpoch)
        << 22;
    const quint64 token = m_random.generate64();
    QString fresh = path;
    return fresh.replace(QStringLiteral("{id}"), QString::number(snowflake))
        .replace(QStringLiteral("{token}"), QStringLiteral("demo-%1").arg(token, 0, 36));
}

} // namespace Turnstile::Monitor
