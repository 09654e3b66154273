// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/testing/ModelApi.h"

#include "ratelimit/testing/FaultScript.h"
#include "ratelimit/testing/LatencyModel.h"
#include "ratelimit/testing/ModelConnection.h"

#include <QtCore/QLoggingCategory>
#include <QtCore/QPointer>
#include <QtNetwork/QTcpServer>
#include <QtNetwork/QTcpSocket>

namespace Turnstile {
namespace {

Q_LOGGING_CATEGORY(lcApi, "turnstile.testing.api")

constexpr qsizetype maxRequests = 10000;
constexpr Quota defaultGlobal{.limit = 50, .window = milliseconds(1000)};

/// An error as the API words it.
ServerReply apiError(ServerReply reply, int status, const QByteArray &text)
{
    reply.status = status;
    reply.body = "{\"message\":\"" + text + "\",\"code\":0}";
    return reply;
}

ModelConnection::Outcome spoiledOutcome(ServerReply reply, const Fault &fault)
{
    using Outcome = ModelConnection::Outcome;
    Outcome outcome{.reply = spoiled(std::move(reply), fault)};
    switch (fault.kind) {
    case Fault::Kind::NoAnswer:
        outcome.kind = Outcome::Kind::Silence;
        break;
    case Fault::Kind::CloseBeforeAnswer:
        outcome.kind = Outcome::Kind::Close;
        break;
    case Fault::Kind::CloseInTheMiddle:
        outcome.kind = Outcome::Kind::CloseInTheMiddle;
        break;
    case Fault::Kind::Reset:
        outcome.kind = Outcome::Kind::Reset;
        break;
    case Fault::Kind::SlowDrip:
        outcome.kind = Outcome::Kind::LongAnswer;
        outcome.size = fault.size;
        outcome.pause = qMax(fault.pause, milliseconds(1));
        break;
    case Fault::Kind::Oversize:
        outcome.kind = Outcome::Kind::LongAnswer;
        outcome.size = fault.size;
        outcome.tellsLength = fault.tellsLength;
        break;
    default:
        break;
    }
    return outcome;
}

Credential credentialOf(const HttpRequest &request)
{
    const QByteArray authorization = request.header("authorization");
    return authorization.isEmpty() ? Credential::none() : Credential::token(authorization);
}

} // namespace

class ModelApi::Private : public ModelConnection::Server {
public:
    using Outcome = ModelConnection::Outcome;

    explicit Private(ModelApi *api)
        : q(api)
        , server(api)
    {
    }

    LatencyModel::Delay delay() override { return latency.next(); }
    Outcome arrived(const HttpRequest &request, int connection) override;
    ServerReply refused(const HttpRequestParser::Error &error) override;
    void answered(int status) override { ++byStatus[status]; }

    void setClock();
    void accept(QTcpSocket *socket);
    ServerReply plainReply() const
    {
        return model.reply({.time = std::chrono::steady_clock::now()});
    }
    Outcome decide(const ApiRequest &request, const Credential &credential, ServedRequest &served);

    ModelApi *const q;
    QTcpServer server;
    ServerModel model;
    WallTime epoch;
    FaultScript faults;
    Handler handler;
    LatencyModel latency;
    QList<ServedRequest> log;
    QMap<int, quint64> byStatus;
    quint64 requestCount = 0;
    quint64 faultCount = 0;
    int opened = 0;      // connections
    int openedEarly = 0; // before the last reset of the stats
    int open = 0;
    int mostOpen = 0;
};

void ModelApi::Private::setClock()
{
    const auto now =
        std::chrono::system_clock::now() - std::chrono::steady_clock::now().time_since_epoch();
    epoch = std::chrono::floor<milliseconds>(now);
    model.setEpoch(epoch);
}

void ModelApi::Private::accept(QTcpSocket *socket)
{
    mostOpen = qMax(mostOpen, ++open);
    QObject::connect(socket, &QTcpSocket::disconnected, q, [this] { --open; });
    new ModelConnection(socket, ++opened, *this, q);
}

ServerReply ModelApi::Private::refused(const HttpRequestParser::Error &error)
{
    ++requestCount;
    answered(error.status);
    return apiError(plainReply(), error.status, error.text);
}

ModelConnection::Outcome ModelApi::Private::arrived(const HttpRequest &request, int connection)
{
    ++requestCount;
    const std::optional<Method> method = methodFromName(request.method);
    if (!method)
        return {.reply = apiError(plainReply(), 405, "405: Method Not Allowed")};
    const Credential credential = credentialOf(request);
    const QByteArrayView path =
        QByteArrayView(request.target)
            .first(
                request.target.contains('?') ? request.target.indexOf('?') : request.target.size());
    const Endpoint endpoint(*method, QUtf8StringView(path), credential);
    if (!endpoint.isValid())
        return {.reply = apiError(plainReply(), 404, "404: Not Found")};

    ServedRequest served{*method, endpoint.name(), endpoint.route(), {}, 0, {}, {}, connection};
    const QPointer api(q);
    Outcome outcome = decide({endpoint, request.target, request.body}, credential, served);
    if (!api) // the handler may do what it likes
        return outcome;
    if (log.size() >= maxRequests)
        log.removeFirst();
    log.append(served);
    Q_EMIT q->requestArrived(served);
    return outcome;
}

ModelConnection::Outcome ModelApi::Private::decide(
    const ApiRequest &request, const Credential &credential, ServedRequest &served)
{
    served.arrived = std::chrono::steady_clock::now();
    const auto wall = epoch + std::chrono::floor<milliseconds>(served.arrived.time_since_epoch());
    std::optional<Fault> fault =
        faults.next(request.endpoint.at(wall).route(), request.endpoint.isExemptFromGlobal());
    ServerDecision decision;
    if (!fault || fault->isCounted()) {
        decision = model.decide(request.endpoint, served.arrived, credential);
        served.limitedBy = decision.limitedBy;
    } else if (const auto limit = fault->limitedBy()) {
        decision =
            model.refuse(request.endpoint, served.arrived, credential, *limit, fault->retryAfter);
    } else {
        decision.time = served.arrived;
    }
    if (fault) {
        ++faultCount;
        served.fault = fault->kind;
        if (fault->location.isEmpty())
            fault->location = request.target;
    }
    Outcome outcome{.reply = model.reply(decision)};
    if (handler && decision.status == 200 && (!fault || fault->isCounted())) {
        const ServerReply own = Handler(handler)(request);
        outcome.reply.status = own.status;
        outcome.reply.body = own.body;
        for (const auto &[name, value] : own.headers)
            outcome.reply.setHeader(name, value);
    }
    if (fault)
        outcome = spoiledOutcome(std::move(outcome.reply), *fault);
    const bool isAnswer =
        outcome.kind == Outcome::Kind::Answer || outcome.kind == Outcome::Kind::LongAnswer;
    served.status = isAnswer ? outcome.reply.status : 0;
    return outcome;
}

ModelApi::ModelApi(QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this))
{
    d->model.setGlobalLimit(defaultGlobal);
    d->server.setListenBacklogSize(1024);
    d->server.setMaxPendingConnections(1024);
    connect(&d->server, &QTcpServer::newConnection, this, [this] {
        while (QTcpSocket *socket = d->server.nextPendingConnection())
            d->accept(socket);
    });
}

ModelApi::~ModelApi()
{
    qDeleteAll(findChildren<ModelConnection *>(Qt::FindDirectChildrenOnly));
}

QUrl ModelApi::listen(quint16 port)
{
    if (isListening())
        return url();
    d->setClock();
    if (!d->server.listen(QHostAddress::LocalHost, port))
        qCWarning(lcApi) << "Cannot listen on port" << port
                         << "of 127.0.0.1:" << d->server.errorString();
    return url();
}

void ModelApi::close()
{
    d->server.close();
    const auto connections = findChildren<ModelConnection *>(Qt::FindDirectChildrenOnly);
    for (ModelConnection *connection : connections)
        connection->drop();
}

bool ModelApi::isListening() const
{
    return d->server.isListening();
}

quint16 ModelApi::port() const
{
    return d->server.serverPort();
}

QUrl ModelApi::url() const
{
    if (!isListening())
        return {};
    return QUrl(QStringLiteral("http://127.0.0.1:%1/api/v10").arg(port()));
}

void ModelApi::setDefaultLimit(const BucketRule &rule)
{
    d->model.setDefaultLimit(rule);
}

void ModelApi::setLimit(const QByteArray &route, const BucketRule &rule)
{
    d->model.setLimit(route, rule);
}

void ModelApi::setGlobalLimit(const Quota &quota)
{
    d->model.setGlobalLimit(quota);
}

void ModelApi::setLatency(milliseconds latency, milliseconds jitter)
{
    d->latency.setLatency(latency, jitter);
}

void ModelApi::setSeed(quint32 seed)
{
    d->latency.setSeed(seed);
}

void ModelApi::setVia(bool via)
{
    d->model.setVia(via);
}

void ModelApi::setDialects(Dialects dialects)
{
    d->model.setDialects(dialects);
}

void ModelApi::addFault(const Fault &fault)
{
    d->faults.add(fault);
}

void ModelApi::clearFaults()
{
    d->faults.clear();
}

void ModelApi::setHandler(const Handler &handler)
{
    d->handler = handler;
}

ServerStats ModelApi::stats() const
{
    ServerStats stats = d->model.stats();
    stats.requests = d->requestCount;
    stats.byStatus = d->byStatus;
    stats.faults = d->faultCount;
    stats.connections = quint64(d->opened - d->openedEarly);
    stats.peakConnections = d->mostOpen;
    return stats;
}

QList<ServedRequest> ModelApi::requests() const
{
    return d->log;
}

void ModelApi::resetStats()
{
    d->model.resetStats();
    d->log.clear();
    d->byStatus.clear();
    d->requestCount = d->faultCount = 0;
    d->openedEarly = d->opened;
    d->mostOpen = d->open;
}

QDebug operator<<(QDebug debug, const ServedRequest &request)
{
    QDebugStateSaver saver(debug);
    debug.nospace().noquote() << request.endpoint << " -> " << request.status;
    if (request.limitedBy)
        debug << ' ' << *request.limitedBy;
    if (request.fault)
        debug << ' ' << *request.fault;
    return debug;
}

} // namespace Turnstile
