// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/InMemoryRatelimiter.h"
#include "tests/common/Headers.h"
#include "tests/common/Waiting.h"

#include <QtCore/QRegularExpression>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <thread>

using Code = TicketError::Code;

static const Endpoint messages(Method::Post, "/channels/1/messages");
static const Endpoint history(Method::Get, "/channels/1/messages");

// The answer to a question that was asked after all that was said before.
template <typename Result> static Result answered(QFuture<Result> future)
{
    if (!QTest::qWaitFor([&] { return future.isFinished(); }))
        qFatal("a question was not answered");
    return future.result();
}

// A ticket that was answered: its bucket is known.
static void teach(InMemoryRatelimiter &limiter, const Endpoint &endpoint, const Response &response)
{
    Waiting teacher(limiter, endpoint);
    QTRY_COMPARE(teacher.grants, 1);
    QVERIFY(teacher.sender.headers(response.headers));
}

/// What can be asked of the ratelimiter and told to it beside tickets, and what it tells of limits.
class tst_InMemoryRatelimiterQuestions : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void pausesEverything();
    void pausesOneBucket();
    void pausesABucketByItsId();
    void cancelsATicketByItsId();
    void drains();
    void aNewTokenOpensWhatTheOldOneClosed();
    void saysWhyATicketWaits();
    void estimates();
    void restoresWhatWasLearnt();
    void asksAPredicate_data();
    void asksAPredicate();
    void countsInvalidRequests();
    void tellsAnomalies();
    void tellsWhoeverListensNow();
};

void tst_InMemoryRatelimiterQuestions::pausesEverything()
{
    InMemoryRatelimiter limiter;
    limiter.setFlow(Flow::Paused);
    Waiting a(limiter, messages), b(limiter, history);
    QVERIFY(answered(limiter.has(messages)));
    QCOMPARE(a.grants + b.grants, 0);
    limiter.setFlow(Flow::Open);
    QTRY_COMPARE(a.grants + b.grants, 2);
}

void tst_InMemoryRatelimiterQuestions::pausesOneBucket()
{
    InMemoryRatelimiter limiter;
    limiter.setFlow(messages, Flow::Paused); // not known yet: does nothing
    teach(limiter, messages, answer(5, 4, 60s));
    limiter.setFlow(messages, Flow::Paused);
    Waiting a(limiter, messages), b(limiter, history);
    QTRY_COMPARE(b.grants, 1);
    QCOMPARE(a.grants, 0);
    QCOMPARE(answered(limiter.bucket(messages))->state, BucketState::Paused);
    limiter.setFlow(messages, Flow::Open);
    QTRY_COMPARE(a.grants, 1);
}

void tst_InMemoryRatelimiterQuestions::pausesABucketByItsId()
{
    InMemoryRatelimiter limiter;
    teach(limiter, history, answer(5, 4, 60s));
    const BucketId bucket = limiter.buckets().at(0).id;
    auto done = limiter.setFlow(bucket, Flow::Paused);
    Waiting held(limiter, history);
    QTRY_VERIFY(done.isFinished());
    QVERIFY(done.result());
    QTRY_COMPARE(limiter.waiting(bucket, 4).size(), size_t(1));
    QCOMPARE(limiter.waiting(bucket, 4)[0].name, history.name());
    QCOMPARE(held.grants, 0);
    done = limiter.setFlow(bucket, Flow::Open);
    QTRY_COMPARE(held.grants, 1);
    done = limiter.setFlow(BucketId{77}, Flow::Paused);
    QTRY_VERIFY(done.isFinished());
    QVERIFY(!done.result());
}

void tst_InMemoryRatelimiterQuestions::cancelsATicketByItsId()
{
    InMemoryRatelimiter limiter;
    limiter.setFlow(Flow::Paused);
    Waiting held(limiter, history);
    QTRY_COMPARE(limiter.buckets().size(), size_t(1));
    const TicketId ticket = limiter.waiting(limiter.buckets()[0].id, 1).at(0).id;
    auto done = limiter.cancel(ticket);
    QTRY_COMPARE(held.error.code, TicketError::Code::Cancelled);
    QVERIFY(done.result());
    done = limiter.cancel(ticket);
    QTRY_VERIFY(done.isFinished());
    QVERIFY(!done.result());
}

void tst_InMemoryRatelimiterQuestions::drains()
{
    InMemoryRatelimiter limiter;
    Waiting a(limiter, messages), b(limiter, messages);
    limiter.setFlow(Flow::Draining);
    Waiting c(limiter, messages);
    QTRY_COMPARE(c.error.code, Code::Draining);
    QTRY_COMPARE(a.grants, 1);
    QVERIFY(a.sender.headers(answer(5, 4, 60s).headers));
    QTRY_COMPARE(b.grants, 1);
}

void tst_InMemoryRatelimiterQuestions::aNewTokenOpensWhatTheOldOneClosed()
{
    InMemoryRatelimiter limiter;
    teach(limiter, messages, noHeaders(401));
    Waiting refused(limiter, messages);
    QTRY_COMPARE(refused.error.code, Code::Unauthorized);
    limiter.tokenChanged(Credential::token("another"));
    Waiting still(limiter, messages);
    QTRY_COMPARE(still.error.code, Code::Unauthorized);
    limiter.tokenChanged();
    Waiting open(limiter, messages);
    QTRY_COMPARE(open.grants, 1);
}

void tst_InMemoryRatelimiterQuestions::saysWhyATicketWaits()
{
    InMemoryRatelimiter limiter;
    QList<TicketId> ids;
    connect(&limiter, &Ratelimiter::ticketChanged, this, [&](const TicketInfo &ticket) {
        if (ticket.state == TicketState::Queued && ticket.attempt == 0)
            ids << ticket.id;
    });
    Waiting a(limiter, history), b(limiter, history);
    QTRY_COMPARE(a.grants, 1);
    QCOMPARE(ids.size(), 2);
    QVERIFY(answered(limiter.waits(ids[0])).empty());
    const auto probe = answered(limiter.waits(ids[1]));
    QVERIFY(!probe.empty());
    QCOMPARE(probe.back().reason, WaitReason::Probe);
    QCOMPARE(probe.back().behind, ids[0]);

    QVERIFY(a.sender.headers(answer(5, 0, 60s).headers));
    const auto bucket = answered(limiter.waits(ids[1]));
    QVERIFY(!bucket.empty());
    QCOMPARE(bucket.back().reason, WaitReason::Bucket);
    QVERIFY(bucket.back().until);
    QVERIFY(answered(limiter.waits(TicketId())).empty());
}

void tst_InMemoryRatelimiterQuestions::estimates()
{
    InMemoryRatelimiter limiter;
    const auto before = std::chrono::steady_clock::now();
    const Estimate free = answered(limiter.estimate(history));
    QVERIFY(free.waits.empty());
    QVERIFY(free.at >= before && free.at <= std::chrono::steady_clock::now());

    teach(limiter, history, answer(5, 0, 60s));
    const Estimate held = answered(limiter.estimate(history));
    QVERIFY(!held.waits.empty());
    QCOMPARE(held.waits.back().reason, WaitReason::Bucket);
    QVERIFY(held.at > before + 50s && held.at < before + 120s);
}

void tst_InMemoryRatelimiterQuestions::restoresWhatWasLearnt()
{
    std::vector<LearntRoute> learnt;
    {
        InMemoryRatelimiter limiter;
        QVERIFY(limiter.learntRoutes().empty());
        teach(limiter, history, answer(5, 4, 60s));
        teach(limiter, messages, answer(5, 3, 60s)); // the same bucket
        QVERIFY(answered(limiter.has(messages)));
        learnt = limiter.learntRoutes();
        QCOMPARE(learnt.size(), 2u);
        QCOMPARE(learnt[0].hash, "abcd");
        QCOMPARE(learnt[0].limit, 5);
    }
    InMemoryRatelimiter limiter;
    limiter.restore(learnt);
    QCOMPARE(limiter.learntRoutes().size(), 2u);
    Waiting a(limiter, history), b(limiter, messages);
    QTRY_COMPARE(a.grants, 1);
    const auto bucket = answered(limiter.bucket(messages));
    QCOMPARE(bucket->hash, "abcd");
    QCOMPARE(bucket->limit, 5);
    QCOMPARE(bucket->lanes, 2);
    QCOMPARE(b.grants, 0); // one bucket, and it is still probed
}

void tst_InMemoryRatelimiterQuestions::asksAPredicate_data()
{
    QTest::addColumn<bool>("known");
    QTest::addColumn<bool>("says");
    QTest::newRow("unknown, yes") << false << true;
    QTest::newRow("unknown, no") << false << false;
    QTest::newRow("known, yes") << true << true;
    QTest::newRow("known, no") << true << false;
}

void tst_InMemoryRatelimiterQuestions::asksAPredicate()
{
    QFETCH(bool, known);
    QFETCH(bool, says);
    InMemoryRatelimiter limiter;
    if (known)
        teach(limiter, history, answer(5, 4, 60s));
    QList<std::optional<Bucket>> asked;
    Waiting a(limiter.ticketIf(history, [&](const std::optional<Bucket> &bucket) {
        asked << bucket;
        return says;
    }));
    if (says) {
        QTRY_COMPARE(a.grants, 1);
    } else {
        QTRY_COMPARE(a.error.code, Code::PredicateFailed);
        QCOMPARE(a.grants, 0);
    }
    QCOMPARE(asked.size(), 1);
    QCOMPARE(asked[0].has_value(), known);
    if (known)
        QCOMPARE(asked[0]->remaining, 4);
}

void tst_InMemoryRatelimiterQuestions::countsInvalidRequests()
{
    InMemoryRatelimiter limiter({.invalidLimit = 3}); // the last of them for callbacks
    QList<std::pair<int, int>> counts;
    connect(&limiter, &Ratelimiter::invalidRequestsChanged, this, [&](int count, int limit) {
        counts.append({count, limit});
    });
    teach(limiter, messages, noHeaders(403));
    teach(limiter, history, noHeaders(404)); // is none
    teach(limiter, history, noHeaders(403));
    const QList<std::pair<int, int>> expected{{1, 3}, {2, 3}};
    QTRY_COMPARE(counts, expected);
    Waiting held(limiter, messages); // one more could get the address banned
    const Estimate estimate = answered(limiter.estimate(messages));
    QVERIFY(!estimate.waits.empty());
    QCOMPARE(estimate.waits.back().reason, WaitReason::InvalidRequests);
    QCOMPARE(held.grants, 0);
}

void tst_InMemoryRatelimiterQuestions::tellsAnomalies()
{
    InMemoryRatelimiter limiter;
    QList<AnomalyInfo> seen;
    connect(&limiter, &Ratelimiter::anomalySeen, this,
        [&](const AnomalyInfo &anomaly) { seen << anomaly; });
    teach(limiter, history, answer(5, 4, 60s));
    teach(limiter, history, answer(5, 3, 60s, "other"));
    QTRY_COMPARE(seen.size(), 1);
    QCOMPARE(seen[0].kind, Anomaly::HashFlipped);
    QCOMPARE(seen[0].name, history.name());
    QVERIFY(!seen[0].bucket.isNull());
}

void tst_InMemoryRatelimiterQuestions::tellsWhoeverListensNow()
{
    InMemoryRatelimiter limiter;
    int told = 0;
    const auto hear = [&told] { ++told; };
    teach(limiter, history, answer(5, 4, 5s));

    const auto connection = connect(&limiter, &Ratelimiter::ticketChanged, this, hear);
    teach(limiter, history, answer(5, 3, 5s));
    QVERIFY(told > 0);

    QVERIFY(disconnect(connection));
    std::thread other(
        [&] { connect(&limiter, &Ratelimiter::bucketChanged, this, hear, Qt::DirectConnection); });
    other.join();
    told = 0;
    teach(limiter, history, answer(5, 2, 5s));
    QTRY_VERIFY(told > 0);
}

QTEST_GUILESS_MAIN(tst_InMemoryRatelimiterQuestions)
#include "tst_inmemoryratelimiterquestions.moc"
