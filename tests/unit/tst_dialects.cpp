// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// The scheduler against servers that tell the same limits in other words, in virtual time.
#include "ratelimit/core/RatelimitHeaders.h"
#include "ratelimit/core/Scheduler.h"
#include "ratelimit/testing/ServerModel.h"

#include <QtTest/QTest>
#include <queue>

using namespace Turnstile;
using namespace std::chrono_literals;

namespace {

constexpr int requestCount = 60;
constexpr int limit = 5;
constexpr milliseconds travel(40); // one way
const WallTime wallAtStart(milliseconds(1'700'000'000'000));

struct Outcome {
    int completed = 0;
    int arrived = 0;
    int refused = 0;
    bool waitedNothing = false; // after a 429
    TimePoint end;
};

RatelimitHeaders headersOf(const ServerReply &reply, TimePoint now)
{
    std::vector<HeaderField> fields;
    for (const auto &[name, value] : reply.headers)
        fields.push_back({name, value});
    const WallTime wall = wallAtStart + std::chrono::floor<milliseconds>(now.time_since_epoch());
    return RatelimitHeaders::parse(reply.status, fields, reply.body, wall);
}

/// All asked for at once; what is granted arrives after a while, and the answer after as long.
/// Somebody else may have \a spent from the bucket before. The global limit may be \a believed to
/// be another one than it is.
class Drill {
public:
    Drill(Method method, Dialects dialects, const BucketRule &rule, int global, int spent = 0,
        std::optional<int> believed = {})
        : m_endpoints{{method, "/channels/1/messages"}}
        , m_scheduler({.globalLimit = believed.value_or(global),
              .expectVia = !dialects.testFlag(Dialect::NoVia)})
    {
        m_server.setEpoch(wallAtStart);
        m_server.setDialects(dialects);
        m_server.setDefaultLimit(rule);
        m_server.setGlobalLimit({.limit = global});
        for (int i = 0; i < spent; ++i)
            m_server.decide(m_endpoints.front(), m_now);
    }

    /// Some of the requests go to \a endpoint.
    void addEndpoint(const Endpoint &endpoint) { m_endpoints.push_back(endpoint); }

    Outcome run()
    {
        for (quint64 i = 1; i <= requestCount; ++i)
            m_scheduler.acquire(endpointOf(i), {}, m_now);
        readEvents();
        while (m_out.completed < requestCount && m_out.arrived < 10 * requestCount) {
            const auto deadline = m_scheduler.nextDeadline();
            if (m_arrivals.empty() && m_answers.empty() && !deadline)
                break;
            step(deadline.value_or(TimePoint::max()));
            readEvents();
        }
        m_out.end = m_now;
        return m_out;
    }

private:
    struct Answer {
        TimePoint at;
        TicketId ticket;
        ServerReply reply;
    };

    void step(TimePoint deadline)
    {
        const TimePoint arrival = m_arrivals.empty() ? TimePoint::max() : m_arrivals.front().first;
        const TimePoint answer = m_answers.empty() ? TimePoint::max() : m_answers.front().at;
        m_now = std::max(m_now, std::min({deadline, arrival, answer}));
        if (arrival <= m_now) {
            ++m_out.arrived;
            const auto ticket = m_arrivals.front().second;
            m_answers.push(
                {m_now + travel, ticket, m_server.answer(endpointOf(ticket.number()), m_now)});
            m_arrivals.pop();
        } else if (answer <= m_now) {
            const Answer &front = m_answers.front();
            const auto response = Response::answered(headersOf(front.reply, m_now));
            if (front.reply.status == 429) {
                ++m_out.refused;
                m_scheduler.retry(front.ticket, response, m_now);
            } else {
                ++m_out.completed;
                m_scheduler.complete(front.ticket, response, m_now);
            }
            m_answers.pop();
        } else {
            m_scheduler.advance(m_now);
        }
    }

    void readEvents()
    {
        for (const Event &event : m_scheduler.takeEvents()) {
            if (event.type == Event::Type::TicketChanged && event.state == TicketState::Available)
                m_arrivals.emplace(m_now + travel, event.ticket);
            if (event.type == Event::Type::RateLimited && event.wait <= 0ms)
                m_out.waitedNothing = true;
        }
    }

    const Endpoint &endpointOf(quint64 number) const
    {
        return m_endpoints[number % m_endpoints.size()];
    }

    std::vector<Endpoint> m_endpoints;
    Scheduler m_scheduler;
    ServerModel m_server;
    TimePoint m_now;
    std::queue<std::pair<TimePoint, TicketId>> m_arrivals;
    std::queue<Answer> m_answers;
    Outcome m_out;
};

} // namespace

Q_DECLARE_METATYPE(Dialects)

class tst_Dialects : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keepsTheLimits_data() { addDialects(); }
    void keepsTheLimits();
    void knowsWhoSharesABucket_data() { addDialects(); }
    void knowsWhoSharesABucket();
    void keepsTheGlobalLimit_data() { addDialects(); }
    void keepsTheGlobalLimit();
    void findsALowerGlobalLimit_data() { addDialects(); }
    void findsALowerGlobalLimit();
    void waitsWhenRefused_data() { addDialects(); }
    void waitsWhenRefused();

private:
    static void addDialects();
    static void checkRefused(const Outcome &out, int expected);
};

void tst_Dialects::addDialects()
{
    QTest::addColumn<Dialects>("dialects");
    const QStringList names = dialectNames();
    QTest::newRow("Discord's") << Dialects();
    Dialects all;
    for (const QString &name : names) {
        const Dialects one = dialectsFromNames(name).value_or(Dialects());
        QTest::addRow("%s", qPrintable(name)) << one;
        all |= one;
    }
    QTest::newRow("all") << all;
}

void tst_Dialects::checkRefused(const Outcome &out, int expected)
{
    QVERIFY(!out.waitedNothing);
    QCOMPARE(out.completed, requestCount);
    QCOMPARE(out.arrived, requestCount + out.refused);
    QCOMPARE(out.refused, expected);
}

void tst_Dialects::keepsTheLimits()
{
    QFETCH(Dialects, dialects);
    for (const Method method : {Method::Get, Method::Post}) {
        for (const auto kind : {Quota::Window::Fixed, Quota::Window::Sliding}) {
            const Outcome out =
                Drill(method, dialects, {.limit = limit, .window = 1s, .kind = kind}, 0).run();
            checkRefused(out, 0);
            QVERIFY(out.end < TimePoint(2 * 1s * requestCount / limit + 1s));
        }
    }
}

void tst_Dialects::knowsWhoSharesABucket()
{
    QFETCH(Dialects, dialects);
    if (dialects.testFlag(Dialect::NoBucket))
        QSKIP("who names no bucket tells nobody that two routes share it");
    Drill drill(Method::Get, dialects, {.limit = limit, .window = 1s, .hash = "one"}, 0);
    drill.addEndpoint({Method::Get, "/channels/1/pins"});
    const Outcome out = drill.run();
    QVERIFY2(out.refused <= 1, qPrintable(QString::number(out.refused))); // of the two first ones
    QCOMPARE(out.completed, requestCount);
}

void tst_Dialects::keepsTheGlobalLimit()
{
    QFETCH(Dialects, dialects);
    for (const Method method : {Method::Get, Method::Post}) {
        const Outcome out = Drill(method, dialects, {.limit = 100, .window = 1min}, 4).run();
        checkRefused(out, 0);
        QVERIFY(out.end < TimePoint(1s * requestCount / 4 + 5s));
    }
}

// The server allows much less than the limiter was told: one burst, and then a try now and then.
void tst_Dialects::findsALowerGlobalLimit()
{
    QFETCH(Dialects, dialects);
    for (const int believed : {50, 0}) {
        const BucketRule rule{.limit = 100, .window = 1min};
        const Outcome out = Drill(Method::Get, dialects, rule, 4, 0, believed).run();
        QCOMPARE(out.completed, requestCount);
        QVERIFY2(out.refused < 90, qPrintable(QString::number(out.refused)));
        // Where each refusal makes the lock longer, the first burst alone costs a minute.
        const auto most = dialects.testFlag(Dialect::GrowingWait) ? 2min : 30s;
        QVERIFY2(out.end < TimePoint(most),
            qPrintable(QString::number(out.end.time_since_epoch() / 1ms)));
    }
}

void tst_Dialects::waitsWhenRefused()
{
    QFETCH(Dialects, dialects);
    for (const Method method : {Method::Get, Method::Post}) {
        const BucketRule rule{.limit = limit, .window = 3s};
        const Outcome out = Drill(method, dialects, rule, 0, limit).run();
        checkRefused(out, 1);
    }
}

QTEST_GUILESS_MAIN(tst_Dialects)
#include "tst_dialects.moc"
