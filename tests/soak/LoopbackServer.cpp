// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/soak/LoopbackServer.h"

#include <QtCore/QRegularExpression>

namespace Turnstile::Soak {

using namespace std::chrono_literals;

static constexpr auto betweenBreaks = 20s;
static constexpr auto breakTime = 300ms;
// After that an answer has told of whatever happened.
static constexpr auto slack = 3s;
static constexpr qsizetype mostTold = 3;

static QByteArray hashOf(const Route &route)
{
    return QByteArray(rules()[size_t(route.rule)].name) + ".1";
}

static QByteArray routeOf(const Route &route)
{
    const QString path = QLatin1String(route.path);
    return Endpoint(route.method, QString(path).replace(QLatin1String("%1"), QLatin1String("1")))
        .route();
}

// One counter of the server: interactions of one application count as one here.
static QString keyOf(int rule, const QString &endpoint)
{
    return QString::number(rule) + QLatin1Char(' ') + endpoint.section(QLatin1Char('/'), 1, 2);
}

LoopbackServer::LoopbackServer()
    : m_api(new ModelApi(this))
    , m_timer(new QTimer(this))
{
    for (const Route &route : routes())
        m_rules.insert(routeOf(route), route.rule);
    connect(m_api, &ModelApi::requestArrived, this, &LoopbackServer::arrived);
    connect(m_timer, &QTimer::timeout, this, &LoopbackServer::takeBreak);
}

LoopbackServer::~LoopbackServer() = default;

std::vector<LearntRoute> LoopbackServer::learntRoutes()
{
    std::vector<LearntRoute> learnt;
    for (const Route &route : routes()) {
        const BucketRule &rule = rules()[size_t(route.rule)].bucket;
        if (rule.limit > 0)
            learnt.push_back({.route = routeOf(route), .hash = hashOf(route), .limit = rule.limit});
    }
    return learnt;
}

QUrl LoopbackServer::start()
{
    for (const Route &route : routes()) {
        BucketRule rule = rules()[size_t(route.rule)].bucket;
        rule.hash = hashOf(route);
        m_api->setLimit(route.name, rule);
    }
    m_api->setGlobalLimit({.limit = 1500, .window = 1s, .kind = Quota::Window::Sliding});
    m_api->setLatency(4ms, 8ms);
    using Kind = Fault::Kind;
    const auto often = [this](Fault fault, int every) {
        fault.every = every;
        fault.times = Fault::always;
        m_api->addFault(fault);
    };
    often({.kind = Kind::NoAnswer}, 1999);
    often({.kind = Kind::CloseBeforeAnswer}, 1499);
    often({.kind = Kind::CloseInTheMiddle}, 1511);
    often({.kind = Kind::Reset}, 1523);
    often({.kind = Kind::SlowDrip, .size = 64, .pause = 5ms}, 997);
    often({.kind = Kind::ServerError}, 499);
    often({.kind = Kind::BadGateway}, 701);
    often({.kind = Kind::ApiError}, 503);
    often({.kind = Kind::MalformedHeaders}, 2003);
    often({.kind = Kind::MissingHeaders}, 3001);
    often({.kind = Kind::HashFlip, .hash = "another"}, 9973);
    often({.kind = Kind::Redirect}, 4001);
    // No window is longer than 10 s: then the bucket is full indeed.
    often({.kind = Kind::RateLimit, .retryAfter = 10s}, 14983);
    for (const auto kind : {LimitKind::Sublimit, LimitKind::Shared})
        often({.kind = Kind::RateLimit, .limit = kind}, 14983 + int(kind));
    often({.kind = Kind::GlobalLimit, .retryAfter = 500ms}, 50021);
    m_timer->start(betweenBreaks);
    const QUrl url = m_api->listen();
    m_port = m_api->port();
    return url;
}

void LoopbackServer::calm()
{
    m_timer->stop();
    m_api->clearFaults();
}

// What is on its way breaks; managers send it again by themselves, or connect anew.
void LoopbackServer::takeBreak()
{
    const TimePoint now = std::chrono::steady_clock::now();
    m_api->close();
    m_brokenUntil = now + breakTime + slack;
    {
        const QMutexLocker lock(&m_mutex);
        ++m_tally.breaks;
        m_counters.removeIf(
            [now](const auto &counter) { return counter.value().arrivedAt + 1min < now; });
        for (Counter &counter : m_counters) {
            if (counter.arrivedAt + 200ms > now)
                counter.upset = {now, QStringLiteral("the server broke its connection")};
        }
    }
    QTimer::singleShot(breakTime, this, [this] { m_api->listen(m_port); });
}

void LoopbackServer::givenUp(const Endpoint &endpoint)
{
    const auto rule = m_rules.constFind(endpoint.route());
    if (rule == m_rules.cend())
        return;
    const QMutexLocker lock(&m_mutex);
    m_counters[keyOf(*rule, endpoint.name())].upset = {
        std::chrono::steady_clock::now(), QStringLiteral("one was given up on its way")};
}

void LoopbackServer::arrived(const ServedRequest &request)
{
    const int rule = m_rules.value(request.route, -1);
    const QMutexLocker lock(&m_mutex);
    ++m_tally.requests;
    if (rule < 0)
        return;
    Counter &counter = m_counters[keyOf(rule, request.endpoint)];
    counter.arrivedAt = request.arrived;
    if (request.limitedBy)
        judge(request, counter, rules()[size_t(rule)].bucket.window);
    if (!request.fault) {
        if (request.arrived < m_brokenUntil - slack)
            counter.upset = {request.arrived, QStringLiteral("the server broke its connection")};
        return;
    }
    ++m_tally.faults;
    switch (*request.fault) {
    case Fault::Kind::CloseBeforeAnswer:
    case Fault::Kind::Reset:
        counter.upset = {request.arrived, QStringLiteral("one met a closed connection")};
        break;
    case Fault::Kind::HashFlip:
        counter.upset = {request.arrived, QStringLiteral("one was told another bucket")};
        break;
    case Fault::Kind::RateLimit:
    case Fault::Kind::GlobalLimit:
        ++m_tally.limited[QStringLiteral("scripted")];
        break;
    default:
        break;
    }
}

void LoopbackServer::judge(
    const ServedRequest &request, const Counter &counter, milliseconds window)
{
    QString why;
    if (request.limitedBy == LimitKind::Sublimit)
        why = QStringLiteral("no header tells of a sublimit");
    else if (request.limitedBy == LimitKind::Shared)
        why = QStringLiteral("no header tells of a shared limit");
    else if (request.limitedBy == LimitKind::Bucket
        && request.arrived < counter.upset.at + window + slack)
        why = QStringLiteral("bucket, in which ") + counter.upset.why;
    ++m_tally.limited[why];
    if (why.isEmpty() && m_tally.avoidable.size() < mostTold) {
        QString text;
        QDebug(&text).nospace() << *request.limitedBy << " for " << request.endpoint;
        m_tally.avoidable.append(text);
    }
}

LoopbackServer::Tally LoopbackServer::tally() const
{
    const QMutexLocker lock(&m_mutex);
    return m_tally;
}

} // namespace Turnstile::Soak
