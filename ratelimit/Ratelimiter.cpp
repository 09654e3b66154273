// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/Ratelimiter.h"

#include <QtCore/QLoggingCategory>
#include <QtCore/QThread>
#include <QtNetwork/QNetworkAccessManager>
#include <QtNetwork/QNetworkReply>

#include <atomic>

namespace Turnstile {

Q_LOGGING_CATEGORY(lcRatelimiter, "turnstile.ratelimiter")

static void completeStamped(QNetworkReply *reply)
{
    if (reply)
        TicketSender::fromRequest(reply->request()).follow(reply);
}

Ratelimiter::Ratelimiter(QObject *parent)
    : QObject(parent)
{
}

Ratelimiter::~Ratelimiter() = default;

QFuture<TicketSender> Ratelimiter::waitForTicket(
    const Endpoint &endpoint, const TicketOptions &options)
{
    return ticket(endpoint, options)->future();
}

TicketReceiver *Ratelimiter::ticketIf(const Endpoint &endpoint,
    std::function<bool(const std::optional<Bucket> &)> predicate, TicketOptions options)
{
    options.predicate = std::move(predicate);
    return ticket(endpoint, options);
}

PoolId Ratelimiter::createPool(int connections)
{
    static std::atomic<quint64> last = 0;
    const PoolId pool{++last << PoolId::slotBits};
    setPool(pool, connections);
    return pool;
}

void Ratelimiter::setPool(PoolId, int) { }

void Ratelimiter::removePool(PoolId) { }

void Ratelimiter::tokenChanged(const Credential &) { }

void Ratelimiter::follow(QNetworkAccessManager *manager)
{
    connect(manager, &QNetworkAccessManager::finished, manager, completeStamped);
}

void Ratelimiter::replyFinished(QNetworkReply *reply)
{
    // From another thread this comes queued: the reply may be gone.
    if (const QObject *manager = sender(); manager && manager->thread() != thread()) {
        qCWarning(lcRatelimiter,
            "A reply of another thread was not read: replyFinished() is for "
            "managers of the ratelimiter's thread, follow() for all.");
        return;
    }
    completeStamped(reply);
}

} // namespace Turnstile
