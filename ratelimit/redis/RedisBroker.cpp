// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/redis/RedisBroker.h"

#include "ratelimit/redis/RedisConnection.h"
#include "ratelimit/redis/RedisRequest.h"

#include <QtCore/QDebug>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QRandomGenerator>

#include <algorithm>

namespace Turnstile {

using namespace std::chrono_literals;

// Redis takes a process for dead that says nothing for ten seconds.
static constexpr milliseconds heartbeat = 3s;
// Who is to be woken asks all the same, now and then: messages can be lost.
static constexpr milliseconds pollEvery = 2s;
// What nobody waits for goes with the next call, or a little later; so does the question of those
// who have asked before.
static constexpr milliseconds callEvery = 30ms;
// After a request that the script did not understand.
static constexpr milliseconds retryAfterError = 5s;

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
{
}

// What was lent and not used is free at once; what is on its way may have been sent.
RedisBroker::~RedisBroker()
{
    if (!m_commands || !m_commands->isConnected())
        return;
    for (Wish &wish : m_wishes) {
        giveBack(wish, int(wish.leases.size()));
        drop(wish);
    }
    for (const Taken &taken : std::as_const(m_taken))
        m_done.append(RedisRequest::lost(taken.lease.bucket, taken.lease.number));
    if (m_done.isEmpty() && m_back.isEmpty() && m_drop.isEmpty())
        return;
    RedisRequest request(m_process, m_options, m_scheduling);
    request.add(m_done, m_back, m_drop, {});
    m_commands->runScript(m_key, request.toJson(), [](const RedisReply &) {});
}

void RedisBroker::start(
    QObject *owner, std::function<void(Step)> change, std::function<void()> tell)
{
    m_change = std::move(change);
    m_timer = new QTimer(owner);
    m_timer->setTimerType(Qt::PreciseTimer);
    m_timer->setSingleShot(true);
    QObject::connect(m_timer, &QTimer::timeout, owner,
        [this] { m_change([this](Scheduler &, TimePoint now) { dueAgain(now); }); });
    m_commands = new RedisConnection(m_options, owner);
    QObject::connect(m_commands, &RedisConnection::connected, owner, [this, tell] {
        m_problem.clear();
        m_change([](Scheduler &, TimePoint) {}); // and asks
        tell();
    });
    QObject::connect(
        m_commands, &RedisConnection::disconnected, owner, [this, tell](const QString &why) {
            m_change([this](Scheduler &scheduler, TimePoint now) { failed(scheduler, now); });
            if (std::exchange(m_problem, why) != why)
                tell();
        });
    m_wakes = new RedisConnection(m_options, owner, m_key + ":wake");
    QObject::connect(m_wakes, &RedisConnection::message, owner,
        [this](const QByteArray & /*channel*/, const QByteArray &bucket) {
            m_change([this, bucket](Scheduler &, TimePoint) { woken(bucket); });
        });
    m_commands->open();
    m_wakes->open();
}

bool RedisBroker::isConnected() const
{
    return m_commands && m_commands->isConnected();
}

// What becomes of tickets

void RedisBroker::answered(TicketId ticket, const Response &response, TimePoint /*now*/)
{
    if (const auto taken = m_taken.find(ticket); taken != m_taken.end())
        taken->response = response;
}

void RedisBroker::happened(const Event &event)
{
    if (event.type == Event::Type::BucketChanged || event.type == Event::Type::LaneMoved
        || event.type == Event::Type::BucketRemoved)
        m_touched.insert(event.bucket);
    if (event.type == Event::Type::RateLimited) {
        if (const auto taken = m_taken.find(event.ticket); taken != m_taken.end())
            taken->limit = event;
    }
    if (event.type != Event::Type::TicketChanged)
        return;
    if (event.state == TicketState::Available) {
        const auto wish = m_wishes.find(event.bucket);
        if (wish == m_wishes.end() || wish->leases.empty())
            return; // an exempt one
        ++m_granted;
        m_taken.insert(
            event.ticket, {wish->leases.front(), event.lane, event.at, event.at, {}, {}});
        wish->leases.pop_front();
        return;
    }
    const auto taken = m_taken.find(event.ticket);
    if (taken == m_taken.end())
        return;
    if (event.state == TicketState::InFlight) {
        taken->sentAt = event.at;
    } else {
        m_ended.push_back({std::move(*taken), event.state});
        m_taken.remove(event.ticket);
    }
}

void RedisBroker::finish(Taken &taken, TicketState state, const Scheduler &scheduler, TimePoint now)
{
    if (!taken.response)
        taken.response = state == TicketState::Dropped || state == TicketState::Rejected
            ? Response::unused()
            : Response::lost();
    m_done.append(RedisRequest::done({taken.lease.bucket, taken.lease.number,
        scheduler.route(taken.lane),
        taken.response->headers ? scheduler.leaseName(taken.lane, taken.response->headers->bucket)
                                : QByteArray(),
        now - taken.grantedAt, now - taken.sentAt, *taken.response, taken.limit}));
}

void RedisBroker::giveBack(Wish &wish, int count)
{
    for (; count > 0 && !wish.leases.empty(); --count) {
        m_back.append(RedisRequest::lease(wish.leases.back().bucket, wish.leases.back().number));
        wish.leases.pop_back();
    }
}

// What is wanted

void RedisBroker::drop(Wish &wish)
{
    if (const QByteArray list = std::exchange(wish.listedAs, {}); !list.isEmpty())
        m_drop.append(QString::fromUtf8(list));
    if (!std::exchange(wish.isAtGate, false))
        return;
    const bool others = std::any_of(
        m_wishes.cbegin(), m_wishes.cend(), [](const Wish &other) { return other.isAtGate; });
    if (!others)
        m_drop.append(QStringLiteral("*"));
}

bool RedisBroker::turnEnded(Scheduler &scheduler, TimePoint now)
{
    for (Ended &ended : std::exchange(m_ended, {})) {
        finish(ended.taken, ended.state, scheduler, now);
        for (Wish &wish : m_wishes) {
            if (wish.stage == Stage::Waiting && wish.bucket == ended.taken.lease.bucket)
                wish.stage = Stage::Due;
        }
    }
    bool hasChanged = false;
    for (const BucketId id : std::exchange(m_touched, {}))
        hasChanged = update(id, scheduler, now) || hasChanged;
    if (hasChanged)
        return true;
    call(scheduler, now);
    armTimer(now);
    return false;
}

bool RedisBroker::update(BucketId id, Scheduler &scheduler, TimePoint now)
{
    const auto need = scheduler.leaseNeed(id);
    auto wish = m_wishes.find(id);
    const bool wants = need && need->leases > 0;
    if (wish == m_wishes.end()) {
        if (!wants)
            return false;
        wish = m_wishes.insert(id, {});
    }
    if (!need)
        giveBack(*wish, int(wish->leases.size()));
    const int lent = need && need->leases < 0 ? scheduler.lend(id, need->leases, now) : 0;
    giveBack(*wish, -lent);
    if (wish->stage != Stage::Asked) {
        if (!wants || need->bucket != wish->bucket) {
            drop(*wish);
            wish->stage = Stage::Idle;
        }
        if (wants && wish->stage == Stage::Idle) {
            wish->stage = Stage::Due;
            m_isUrgent = true;
        }
    }
    if (wish->stage == Stage::Idle && wish->leases.empty() && (!need || need->leases <= 0))
        m_wishes.erase(wish);
    return lent != 0;
}

QJsonArray RedisBroker::wants(const Scheduler &scheduler)
{
    QJsonArray wants;
    // Whoever waits at the gate of the token's limits is named in each call that asks for anything.
    const bool asks = std::any_of(m_wishes.cbegin(), m_wishes.cend(),
        [](const Wish &wish) { return wish.stage == Stage::Due; });
    for (Wish &wish : m_wishes) {
        if (asks && wish.stage == Stage::Waiting && wish.isAtGate)
            wish.stage = Stage::Due;
    }
    for (auto it = m_wishes.begin(); it != m_wishes.end(); ++it) {
        Wish &wish = *it;
        if (wish.stage != Stage::Due || wants.size() >= RedisRequest::mostEntries)
            continue;
        const auto need = scheduler.leaseNeed(it.key());
        if (!need || need->leases <= 0) {
            m_touched.insert(it.key());
            continue;
        }
        wish.stage = Stage::Asked;
        wish.bucket = need->bucket;
        wish.first = m_lastNumber + 1;
        wish.count = need->leases;
        m_lastNumber += wish.count;
        m_askedNow.push_back(it.key());
        wants.append(RedisRequest::want(wish.bucket, wish.first, wish.count, need->route));
    }
    return wants;
}

void RedisBroker::call(const Scheduler &scheduler, TimePoint now)
{
    if (m_isCalling || !isConnected() || (!m_isUrgent && now < m_calledAt + callEvery))
        return;
    m_isUrgent = false;
    const QJsonArray wanted = wants(scheduler);
    const bool isHeard = now < m_calledAt + heartbeat || (m_wishes.isEmpty() && m_taken.isEmpty());
    if (wanted.isEmpty() && m_done.isEmpty() && m_back.isEmpty() && m_drop.isEmpty() && isHeard)
        return;
    m_doneNow = RedisRequest::takeSome(m_done);
    m_backNow = RedisRequest::takeSome(m_back);
    m_dropNow = RedisRequest::takeSome(m_drop);
    RedisRequest request(m_process, m_options, m_scheduling);
    request.add(m_doneNow, m_backNow, m_dropNow, wanted);
    m_isCalling = true;
    m_calledAt = now;
    m_commands->runScript(m_key, request.toJson(), [this](const RedisReply &reply) {
        m_change([this, reply](Scheduler &of, TimePoint at) { replied(reply, of, at); });
    });
}

void RedisBroker::replied(const RedisReply &reply, Scheduler &scheduler, TimePoint now)
{
    m_isCalling = false;
    const QJsonObject said = QJsonDocument::fromJson(reply.string).object();
    if (const QString error = reply.isError() ? reply.error : said[u"error"].toString();
        !error.isEmpty() || said.isEmpty()) {
        sayAgain();
        failed(scheduler, now);
        if (!isConnected())
            return; // which was told
        qWarning().noquote() << "Turnstile: Redis did not do what it was asked to:" << error;
        for (Wish &wish : m_wishes) {
            if (wish.stage == Stage::Due) {
                wish.stage = Stage::Waiting;
                wish.again = now + retryAfterError;
            }
        }
        return;
    }
    ++m_calls;
    apply(said, scheduler, now);
}

// Nobody knows whether it was heard: what it lent, if so, is given back.
void RedisBroker::sayAgain()
{
    for (const BucketId id : std::exchange(m_askedNow, {})) {
        const auto wish = m_wishes.find(id);
        if (wish == m_wishes.end() || wish->stage != Stage::Asked)
            continue;
        for (int i = 0; i < wish->count; ++i)
            m_back.append(RedisRequest::lease(wish->bucket, wish->first + i));
        wish->stage = Stage::Due;
    }
    for (auto [again, now] : {std::pair(&m_done, &m_doneNow), std::pair(&m_back, &m_backNow),
             std::pair(&m_drop, &m_dropNow)}) {
        for (const QJsonValue &entry : std::as_const(*again))
            now->append(entry);
        *again = std::exchange(*now, {});
    }
}

void RedisBroker::apply(const QJsonObject &reply, Scheduler &scheduler, TimePoint now)
{
    m_doneNow = m_backNow = m_dropNow = {};
    m_processes = reply[u"processes"].toInt();
    const QJsonObject global = reply[u"global"].toObject();
    if (const int lock = global[u"lock"].toInt(); lock > 0)
        scheduler.lockGlobally(now + milliseconds(lock), now);
    const QJsonArray wants = reply[u"want"].toArray();
    const std::vector<BucketId> asked = std::exchange(m_askedNow, {});
    for (size_t i = 0; i < asked.size(); ++i)
        applyWant(asked[i], wants.at(qsizetype(i)).toObject(), scheduler, now);
}

static WaitReason reasonOf(const QString &why)
{
    static const QHash<QString, WaitReason> reasons{{u"bucket"_qs, WaitReason::Bucket},
        {u"probe"_qs, WaitReason::Probe}, {u"global"_qs, WaitReason::Global},
        {u"cloudflare"_qs, WaitReason::Cloudflare}, {u"invalid"_qs, WaitReason::InvalidRequests},
        {u"turn"_qs, WaitReason::Turn}};
    return reasons.value(why, WaitReason::Lease);
}

void RedisBroker::applyWant(
    BucketId id, const QJsonObject &want, Scheduler &scheduler, TimePoint now)
{
    const auto wish = m_wishes.find(id);
    if (wish == m_wishes.end())
        return;
    m_touched.insert(id);
    const int got = std::clamp(want[u"n"].toInt(), 0, wish->count);
    for (int i = 0; i < got; ++i)
        wish->leases.push_back({wish->bucket, wish->first + i});
    wish->stage = Stage::Idle;
    wish->isAtGate = false;
    wish->listedAs = {};
    if (const int lent = scheduler.lend(id, got, now); lent < got)
        giveBack(*wish, got - lent);
    QByteArray hash = want[u"hash"].toString().toUtf8();
    if (const QByteArray name = want[u"name"].toString().toUtf8(); hash.isEmpty())
        hash = name.first(std::max<qsizetype>(0, name.indexOf('#')));
    if (!hash.isEmpty()) {
        scheduler.learnHash(id, hash, now);
        return; // it is called otherwise now, and asked for anew
    }
    if (got == wish->count)
        return;
    wish->stage = Stage::Waiting;
    Wait why{reasonOf(want[u"why"].toString())};
    if (const QJsonValue wait = want[u"wait"]; wait.isDouble())
        why.until = now + milliseconds(std::max<qint64>(0, wait.toInteger()) + 1);
    wish->again = why.until.value_or(now + pollEvery);
    wish->isAtGate = want[u"at"].toString() == u"*";
    wish->listedAs = wish->bucket;
    if (why.reason == WaitReason::Turn || why.reason == WaitReason::Probe)
        why.until.reset(); // that of the worst case
    scheduler.setLeaseWait(id, why, now);
}

void RedisBroker::failed(Scheduler &scheduler, TimePoint now)
{
    for (auto it = m_wishes.begin(); it != m_wishes.end(); ++it) {
        it->isAtGate = false;
        it->listedAs = {};
        if (it->stage == Stage::Waiting)
            it->stage = Stage::Due; // nobody has us in a list any more, or will wake us
        scheduler.setLeaseWait(it.key(), Wait{WaitReason::Lease}, now);
    }
}

// Time

void RedisBroker::woken(const QByteArray &bucket)
{
    for (Wish &wish : m_wishes) {
        if (wish.stage == Stage::Waiting
            && (wish.bucket == bucket || (bucket == "*" && wish.isAtGate)))
            wish.stage = Stage::Due;
    }
}

void RedisBroker::dueAgain(TimePoint now)
{
    for (Wish &wish : m_wishes) {
        if (wish.stage == Stage::Waiting && wish.again <= now)
            wish.stage = Stage::Due;
    }
}

void RedisBroker::armTimer(TimePoint now)
{
    if (m_isCalling || !isConnected()) {
        m_timer->stop(); // the reply, or the connection, comes first
        return;
    }
    const bool hasWords = !m_done.isEmpty() || !m_back.isEmpty() || !m_drop.isEmpty();
    TimePoint next = m_calledAt + (hasWords ? callEvery : heartbeat);
    for (const Wish &wish : std::as_const(m_wishes)) {
        if (wish.stage == Stage::Due)
            next = std::min<TimePoint>(next, m_calledAt + callEvery);
        else if (wish.stage == Stage::Waiting)
            next = std::min(next, wish.again);
    }
    if (!hasWords && m_wishes.isEmpty() && m_taken.isEmpty()) {
        m_timer->stop();
        return;
    }
    m_timer->start(std::max(0ms, std::chrono::ceil<milliseconds>(next - now)));
}

} // namespace Turnstile
