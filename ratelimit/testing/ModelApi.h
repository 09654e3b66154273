// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Endpoint.h"
#include "ratelimit/testing/Dialect.h"
#include "ratelimit/testing/Fault.h"
#include "ratelimit/testing/ServerModel.h"
#include "ratelimit/testing/ServerReply.h"
#include "ratelimit/testing/ServerRules.h"
#include "ratelimit/testing/ServerStats.h"
#include "ratelimit/turnstile_testing_export.h"

#include <QtCore/QObject>
#include <QtCore/QUrl>

#include <functional>
#include <memory>

namespace Turnstile {

/// A request as a ModelApi's handler sees it.
struct ApiRequest {
    Endpoint endpoint; ///< as a ratelimiter sees it, with the credential that was sent
    QByteArray target; ///< path and query as sent, with whatever secrets are in it
    QByteArray body;   ///< as sent
};

/// A request that a ModelApi has served. Without secrets, so it can be printed.
struct ServedRequest {
    Method method = Method::Get;        ///< of the request line
    QString endpoint;                   ///< Endpoint::name()
    QByteArray route;                   ///< Endpoint::route()
    TimePoint arrived;                  ///< when it was counted
    int status = 0;                     ///< 0: no answer, or not a whole one
    std::optional<LimitKind> limitedBy; ///< the rule that it broke
    std::optional<Fault::Kind> fault;   ///< the scripted fault that it met
    int connection = 0; ///< which connection it came by, counted from 1 in order of opening

    friend bool operator==(const ServedRequest &, const ServedRequest &) = default;
};

/// A local HTTP server with Discord's rate limits, to test bots against.
///
/// ```
/// Turnstile::ModelApi api;
/// api.setLimit("POST /channels/{channel}/messages", {.limit = 5, .window = 1s});
/// const QUrl base = api.listen(); // http://127.0.0.1:PORT/api/v10
/// // ... the bot runs ...
/// QCOMPARE(api.stats().violations, QList<Turnstile::Violation>());
/// ```
///
/// Answers any route of the API, known or not, with `{}` and Discord's headers, and with a 429 what
/// comes too early (ServerModel has the rules). Without settings: 5 requests per 5 s in each
/// bucket, 50 per second in all, no latency.
///
/// It speaks HTTP/1.0 and 1.1 on 127.0.0.1 and nowhere else, to any number of connections. A
/// request is counted when it arrives, that is when all of it was read and half of the latency has
/// passed, even if the client has gone since then.
///
/// Lives in one thread, which runs an event loop. \ref listen() tells by its result whether it
/// could; nothing else fails. Rules: `docs/semantics.md`, and ServerModel.
class TURNSTILE_TESTING_EXPORT ModelApi : public QObject {
    Q_OBJECT
public:
    /// Makes the answer to a request; called in the thread of the ModelApi.
    using Handler = std::function<ServerReply(const ApiRequest &request)>;

    /// Does not listen yet.
    explicit ModelApi(QObject *parent = nullptr);
    /// Drops all connections, as close() does.
    ~ModelApi() override;

    /// Starts to listen on \a port (0: a free one) and returns the base of all requests. Empty,
    /// with a warning, when that is not possible. Listening already, it returns what url() does.
    QUrl listen(quint16 port = 0);
    /// Drops all connections in the middle of whatever they do, and stops. It can listen again,
    /// also on the same port; limits, windows and counts stay.
    void close();
    /// Whether it takes connections.
    bool isListening() const;
    /// The port it listens on; 0 when it does not.
    quint16 port() const;
    /// The base of all requests, `http://127.0.0.1:PORT/api/v10`; empty when it does not listen.
    QUrl url() const;

    /// \name Rules, see ServerModel. They may change at any time.
    /// \{

    /// See ServerModel::setDefaultLimit(); 5 requests in 5 s, if not said.
    void setDefaultLimit(const BucketRule &rule);
    /// See ServerModel::setLimit(). A \a route that no request can have is told by a warning.
    void setLimit(const QByteArray &route, const BucketRule &rule);
    /// See ServerModel::setGlobalLimit(); 50 requests in 1 s, if not said.
    void setGlobalLimit(const Quota &quota);
    /// \}

    /// How long an exchange takes: \a latency, and at random up to \a jitter more, each way half.
    void setLatency(milliseconds latency, milliseconds jitter = milliseconds(0));
    /// Starts the random numbers of the jitter anew.
    void setSeed(quint32 seed);
    /// Whether answers carry `Via` (yes).
    void setVia(bool via);
    /// How the server differs from Discord's, see ServerModel::setDialects().
    void setDialects(Dialects dialects);

    /// Lets something go wrong. Faults are tried in the order in which they were added, and a
    /// request meets one at most.
    void addFault(const Fault &fault);
    /// Forgets the faults that have not happened yet.
    void clearFaults();

    /// Answers the requests that pass the limits with status, headers and body of its own. The rate
    /// limit headers come on top.
    void setHandler(const Handler &handler);

    /// What was served, and which requests came too early.
    ServerStats stats() const;
    /// The last 10000 requests in the order of arrival. Those that are not HTTP, or name no
    /// endpoint, are only in stats().
    QList<ServedRequest> requests() const;
    /// Forgets what stats() and requests() tell. The windows stay as they are.
    void resetStats();

Q_SIGNALS:
    /// A request was counted; the answer is on its way.
    void requestArrived(const Turnstile::ServedRequest &request);

private:
    class Private;
    std::unique_ptr<Private> d;
};

TURNSTILE_TESTING_EXPORT QDebug operator<<(QDebug debug, const ServedRequest &request);

} // namespace Turnstile

Q_DECLARE_METATYPE(Turnstile::ServedRequest)
