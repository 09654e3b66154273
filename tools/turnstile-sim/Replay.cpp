// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/Replay.h"

#include "tools/turnstile-sim/ReplayText.h"

#include <algorithm>
#include <clocale>

namespace Turnstile::Sim {
namespace {

using namespace std::chrono_literals;

// Not the clock's own zero, so that "never" and "at the start" are different moments.
constexpr TimePoint replayStart{24h};
constexpr WallTime wallStart{1'700'000'000'000ms};

/// Sets the locale of the process, and the one before at the end.
class LocaleGuard {
public:
    explicit LocaleGuard(const QByteArray &name)
        : m_before(std::setlocale(LC_ALL, nullptr))
        , m_isSet(name.isEmpty() || std::setlocale(LC_ALL, name.constData()))
    {
    }
    ~LocaleGuard() { std::setlocale(LC_ALL, m_before.constData()); }
    Q_DISABLE_COPY_MOVE(LocaleGuard)

    bool isSet() const { return m_isSet; }

private:
    QByteArray m_before;
    bool m_isSet;
};

SchedulerOptions optionsOf(const Scenario &scenario, bool isShared)
{
    SchedulerOptions options = scenario.options;
    options.isShared = isShared;
    return options;
}

void keepLargest(Scheduler::Size *peak, const Scheduler::Size &size)
{
    peak->buckets = std::max(peak->buckets, size.buckets);
    peak->lanes = std::max(peak->lanes, size.lanes);
    peak->hashes = std::max(peak->hashes, size.hashes);
    peak->queued = std::max(peak->queued, size.queued);
    peak->inFlight = std::max(peak->inFlight, size.inFlight);
}

bool endsRequest(Step::Op op)
{
    return op == Step::Op::Respond || op == Step::Op::Fail || op == Step::Op::Cancel;
}

} // namespace

QString ReplayOutcome::problem() const
{
    const QString when = QStringLiteral(" at %1 ms").arg(inMs(at).toDouble(), 0, 'f', 3);
    switch (end) {
    case End::Finished:
        return {};
    case End::BusyLoop:
        return QStringLiteral("the scheduler has work for ever, and no time passes") + when;
    case End::TooLong:
        return QStringLiteral("stopped, as this takes too many steps") + when;
    case End::Failed:
        return failure + when;
    }
    return {};
}

Replay::Replay(const Scenario &scenario, Sink sink, const ReplayLimits &limits,
    std::unique_ptr<ScriptHost> redis)
    : m_scenario(scenario)
    , m_sink(std::move(sink))
    , m_limits(limits)
    , m_redis(std::move(redis))
    , m_scheduler(optionsOf(scenario, m_redis != nullptr))
{
    if (m_redis) {
        m_talk = std::make_unique<RedisTalk>("p", RedisOptions(), m_scheduler.options(), 0ms);
        m_talk->connected(now());
    }
    for (const Step &step : scenario.steps) {
        if (endsRequest(step.op))
            ++m_stepsToCome[step.name];
    }
}

TimePoint Replay::now() const
{
    return replayStart + m_now;
}

WallTime Replay::wallNow() const
{
    return wallStart + std::chrono::floor<milliseconds>(m_now);
}

Elapsed Replay::elapsed(TimePoint at) const
{
    return at - replayStart;
}

ReplayOutcome Replay::run()
{
    const LocaleGuard locale(m_scenario.locale);
    if (!locale.isSet())
        m_outcome.note =
            QStringLiteral("the locale %1 is not installed here: played in the one that is set")
                .arg(QString::fromLatin1(m_scenario.locale));
    play();
    m_outcome.at = m_now;
    m_outcome.left = m_scheduler.size();
    if (const auto deadline = nextWake())
        m_outcome.nextDeadline = elapsed(*deadline);
    if (m_outcome.end == ReplayOutcome::End::Finished)
        settle();
    return m_outcome;
}

// At equal times what the scheduler owes comes first, as whoever drives it wakes it no later than
// it asks, and so a step sees the state of its time. Steps come before automatic answers, so that a
// step that cancels or asks is not overtaken by what nobody wrote down.
void Replay::play()
{
    constexpr auto never = Elapsed::max();
    const std::vector<Step> &steps = m_scenario.steps;
    const Elapsed end = (steps.empty() ? Elapsed() : steps.back().at) + m_limits.after;
    auto next = steps.begin();
    int idleAdvances = 0;
    for (qint64 round = 0;; ++round) {
        const auto deadline = nextWake();
        const Elapsed wakeAt = deadline ? std::max(elapsed(*deadline), m_now) : never;
        const Elapsed stepAt = next == steps.end() ? never : next->at;
        const Elapsed answerAt = m_answers.empty() ? never : m_answers.front().at;
        const Elapsed at = std::min({wakeAt, stepAt, answerAt});
        if (at > end)
            return;
        if (round == m_limits.rounds) {
            m_outcome.end = ReplayOutcome::End::TooLong;
            return;
        }
        const bool timePasses = at > m_now;
        m_now = at;
        if (wakeAt == at) {
            idleAdvances = timePasses ? 0 : idleAdvances + 1;
            if (idleAdvances > m_limits.idleAdvances) {
                m_outcome.end = ReplayOutcome::End::BusyLoop;
                return;
            }
            wake();
        } else {
            idleAdvances = 0;
            if (stepAt == at) {
                perform(*next++);
            } else {
                const Answer answer = m_answers.front();
                m_answers.pop_front();
                const Request &request = m_requests[answer.request];
                if (request.state == Request::State::Granted && request.attempt == answer.attempt)
                    respond(answer.request, m_scenario.autoRespond->response, true);
            }
        }
        endTurn();
        keepLargest(&m_outcome.peak, m_scheduler.size());
        if (m_outcome.end != ReplayOutcome::End::Finished)
            return;
    }
}

// What is idle gets the time to be forgotten. That is no part of the story, so nobody is told.
void Replay::settle()
{
    const SchedulerOptions &options = m_scheduler.options();
    m_isOver = true;
    m_scheduler.shutdown(now());
    for (const Bucket &bucket : m_scheduler.buckets(now()))
        m_scheduler.setFlow(bucket.id, Flow::Open, now());
    const Elapsed end = m_now + 2 * options.responseTimeout + 2 * options.hashLifetime + 31 * 24h;
    endTurn();
    for (int round = 0; round < 1'000'000; ++round) {
        const auto deadline = nextWake();
        if (!deadline || elapsed(*deadline) > end)
            break;
        m_now = std::max(m_now, elapsed(*deadline));
        wake();
        endTurn();
    }
    m_now = std::max(m_now, end);
    m_scheduler.collectIdle(now());
    endTurn();
    m_outcome.leftIdle = m_scheduler.size();
}

void Replay::perform(const Step &step)
{
    if (endsRequest(step.op))
        --m_stepsToCome[step.name];
    switch (step.op) {
    case Step::Op::Acquire:
        if (!step.count) {
            acquire(step, step.name);
            break;
        }
        for (int i = 0; i < *step.count; ++i)
            acquire(step, step.name + QString::number(i));
        break;
    case Step::Op::Respond:
        respond(step.name, step.response, step.retry);
        break;
    case Step::Op::Fail:
        fail(step);
        break;
    case Step::Op::Cancel:
        cancel(step);
        break;
    case Step::Op::AskBucket:
        tellBucket(step);
        break;
    case Step::Op::AskGlobal:
        tellGlobal(step);
        break;
    case Step::Op::AskStats:
        tellStats(step);
        break;
    case Step::Op::AskWaits:
        tellWaits(step);
        break;
    case Step::Op::Parse:
        tellParsed(step);
        break;
    case Step::Op::Key:
        tellKey(step);
        break;
    case Step::Op::Token:
        m_scheduler.tokenChanged(step.credential, now());
        break;
    case Step::Op::SetFlow:
        setFlow(step);
        break;
    case Step::Op::Sweep:
        m_scheduler.collectIdle(now());
        break;
    case Step::Op::Shutdown:
        m_scheduler.shutdown(now());
        break;
    case Step::Op::End:
        break;
    }
}

void Replay::acquire(const Step &step, const QString &name)
{
    if (m_requests.contains(name)) {
        misuse(name, u"acquire", QStringLiteral("A request with this name was made already."));
        return;
    }
    Request &request = m_requests[name];
    if (step.cancelledBefore) {
        // Who gives up a ticket before the limiter looks at it has never asked.
        request.state = Request::State::Ended;
        tellEnded(name, u"cancelled", TicketError::of(TicketError::Code::Cancelled).message);
        return;
    }
    request.ticket = m_scheduler.acquire(step.endpoint.at(wallNow()), step.options, now());
    m_names.insert(request.ticket, name);
    endTurn();
}

void Replay::respond(const QString &name, const ScriptedResponse &response, bool retry)
{
    const auto request = m_requests.constFind(name);
    if (request == m_requests.constEnd()) {
        unknownRequest(name, u"respond");
        return;
    }
    const Request::State state = request->state;
    if (state == Request::State::Waiting || state == Request::State::Ended) {
        misuse(name, u"respond",
            state == Request::State::Ended ? QStringLiteral("The request has ended.")
                                           : QStringLiteral("The request waits: it was not sent."));
        return;
    }
    if (state == Request::State::TimedOut)
        misuse(name, u"respond", QStringLiteral("The request has timed out: this comes too late."));

    const RatelimitHeaders headers = response.parse(wallNow());
    for (const HeaderError &error : headers.errors)
        tell({{QStringLiteral("req"), name}, {QStringLiteral("field"), textOfBytes(error.header)},
                 {QStringLiteral("message"), error.message()}},
            u"header_error");
    if (headers.isRateLimited())
        ++m_outcome.rateLimited;
    const Response answer = Response::answered(headers);
    complete(request->ticket, answer, headers.isRateLimited() && retry);
    if (state == Request::State::TimedOut)
        m_requests[name].state = Request::State::Ended; // it is known now what became of it
}

void Replay::fail(const Step &step)
{
    const auto request = m_requests.find(step.name);
    if (request == m_requests.end()) {
        unknownRequest(step.name, u"fail");
    } else if (request->state != Request::State::Granted) {
        misuse(step.name, u"fail", QStringLiteral("The request is not under way."));
        if (request->state == Request::State::TimedOut)
            complete(request->ticket, Response::lost(), false);
    } else {
        request->lostBecause = step.error;
        complete(request->ticket, Response::lost(), false);
    }
}

void Replay::cancel(const Step &step)
{
    const auto request = m_requests.constFind(step.name);
    if (request == m_requests.constEnd())
        unknownRequest(step.name, u"cancel");
    else if (request->state == Request::State::Ended || !m_scheduler.cancel(request->ticket, now()))
        misuse(step.name, u"cancel", QStringLiteral("The request has ended."));
}

void Replay::setFlow(const Step &step)
{
    if (!step.endpoint.isValid()) {
        m_scheduler.setFlow(step.flow, now());
        return;
    }
    const auto bucket = m_scheduler.bucket(step.endpoint.at(wallNow()), now());
    if (bucket)
        m_scheduler.setFlow(bucket->id, step.flow, now());
    else
        misuse(step.endpoint.name(), u"flow", QStringLiteral("There is no such bucket."));
}

} // namespace Turnstile::Sim
