// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/BucketStory.h"

#include <QtTest/QtTest>

Q_DECLARE_METATYPE(Turnstile::MonitorGlobalLimit)

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// Numbers in, sentences out.
class TestBucketStory : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void saysWhatTheRatelimiterSays_data();
    void saysWhatTheRatelimiterSays();
    void findsOutByItself_data();
    void findsOutByItself();
    void saysWhenNothingWaits();
    void countsDown();
    void leavesOutTheWorstCase();
    void knowsThatOthersCount_data();
    void knowsThatOthersCount();
    void namesWhoGoesFirstAndIsSilent();
    void describesTheBucket();
    void namesMajorResources_data();
    void namesMajorResources();

private:
    Bucket exhausted() const
    {
        Bucket bucket = Fake::bucket(1, QStringLiteral("POST /a"), BucketState::Exhausted);
        bucket.limit = 5;
        bucket.remaining = 1;
        bucket.window = 5s;
        bucket.resetAt = now + 3200ms;
        bucket.inFlight = 1;
        bucket.queued = 7;
        bucket.oldestAskedAt = now - 6400ms;
        return bucket;
    }
    const TimePoint now{1000s};
    const GlobalLimitInfo calm{50, 12, {}, {}};
};

void TestBucketStory::saysWhatTheRatelimiterSays_data()
{
    QTest::addColumn<Wait>("wait");
    QTest::addColumn<QString>("next");
    QTest::addColumn<QString>("why");
    const TicketId behind{quint64(10479) << TicketId::slotBits};
    const auto soon = now + 300ms;
    QTest::newRow("bucket") << Wait{WaitReason::Bucket, now + 3200ms}
                            << "in 3.2 s: bucket exhausted"
                            << "7 wait, up to 6.4 s: no token is left.\n"
                               "The last one goes in about 8.2 s.";
    QTest::newRow("bucket, in flight")
        << Wait{WaitReason::Bucket} << "as soon as a request is answered"
        << "7 wait, up to 6.4 s: no token is left.";
    QTest::newRow("order") << Wait{WaitReason::Order, {}, behind} << "as soon as #10479 is answered"
                           << "7 wait, up to 6.4 s: they go one after another.";
    QTest::newRow("paused") << Wait{WaitReason::Paused} << "when somebody resumes it"
                            << "7 wait, up to 6.4 s: somebody paused them.";
    QTest::newRow("route") << Wait{WaitReason::Route, now + 412s}
                           << "in 6:52: a 429 holds the route"
                           << "7 wait, up to 6.4 s: a 429 holds their route alone.";
    QTest::newRow("probe") << Wait{WaitReason::Probe, {}, behind}
                           << "as soon as the answer to #10479 tells the limit"
                           << "7 wait, up to 6.4 s: one request learns the limit first.";
    QTest::newRow("global") << Wait{WaitReason::Global, soon}
                            << "in 0.3 s: the global limit frees a slot"
                            << "7 wait, up to 6.4 s: the global limit is used up.";
    QTest::newRow("edge") << Wait{WaitReason::Cloudflare, soon}
                          << "in 0.3 s: Cloudflare blocks this address"
                          << "7 wait, up to 6.4 s: Cloudflare blocks this address.";
    QTest::newRow("invalid") << Wait{WaitReason::InvalidRequests, soon}
                             << "in 0.3 s: too many requests were invalid"
                             << "7 wait, up to 6.4 s: one more invalid request could get this "
                                "address banned.";
    QTest::newRow("connection") << Wait{WaitReason::Connection} << "as soon as a connection is free"
                                << "7 wait, up to 6.4 s: all connections to the server are in use.";
    QTest::newRow("retry") << Wait{WaitReason::Retry, soon}
                           << "in 0.3 s: a failed request is sent again"
                           << "7 wait, up to 6.4 s: a request failed, and is sent again "
                              "first.";
    QTest::newRow("over") << Wait{WaitReason::Bucket, now - 1ms} << "now"
                          << "7 wait, up to 6.4 s: they go now.";
}

void TestBucketStory::saysWhatTheRatelimiterSays()
{
    QFETCH(Wait, wait);
    Bucket bucket = exhausted();
    bucket.wait = wait;
    const BucketRow row(bucket, now);
    QTEST(BucketStory::nextGrant(row, calm, now), "next");
    QTEST(BucketStory::explain(row, calm, now), "why");
}

void TestBucketStory::findsOutByItself_data()
{
    QTest::addColumn<Bucket>("bucket");
    QTest::addColumn<GlobalLimitInfo>("global");
    QTest::addColumn<QString>("next");
    const GlobalLimitInfo locked{50, 50, {}, now + 940ms};
    const GlobalLimitInfo full{50, 50, now + 300ms, {}};
    Bucket bucket = exhausted();
    QTest::newRow("exhausted") << bucket << calm << "in 3.2 s: bucket exhausted";
    QTest::newRow("locked") << bucket << locked << "in 1.0 s: the token is locked";
    bucket.state = BucketState::RouteLimited;
    QTest::newRow("route") << bucket << calm << "in 3.2 s: a 429 holds the route";
    bucket.state = BucketState::Paused;
    QTest::newRow("paused") << bucket << locked << "when somebody resumes it";
    bucket.state = BucketState::Open;
    bucket.remaining = 4;
    QTest::newRow("serial") << bucket << calm << "as soon as the one before is answered";
    QTest::newRow("global") << bucket << full << "in 0.3 s: the global limit frees a slot";
    bucket.resetAt.reset();
    bucket.inFlight = 5;
    QTest::newRow("all in flight") << bucket << calm << "as soon as a request is answered";
    bucket.limit.reset();
    QTest::newRow("probing") << bucket << calm << "as soon as the first answer tells the limit";
    bucket.queued = 0;
    bucket.exempt = true;
    QTest::newRow("exempt") << bucket << full << "now: it needs no slot of the global limit";
    bucket.inFlight = 0;
    bucket.exempt = false;
    QTest::newRow("unknown") << bucket << calm << "now: the limit is not known yet";
    bucket.limit = 5;
    QTest::newRow("idle") << bucket << calm << "now: a token is free";
}

void TestBucketStory::findsOutByItself()
{
    QFETCH(Bucket, bucket);
    QFETCH(GlobalLimitInfo, global);
    QTEST(BucketStory::nextGrant(BucketRow(bucket, now), global, now), "next");
}

void TestBucketStory::saysWhenNothingWaits()
{
    Bucket bucket = exhausted();
    bucket.queued = 0;
    QCOMPARE(BucketStory::explain(BucketRow(bucket, now), calm, now),
        QStringLiteral("Nothing waits.\n1 in flight."));
    bucket.inFlight = 0;
    QCOMPARE(
        BucketStory::explain(BucketRow(bucket, now), calm, now), QStringLiteral("Nothing waits."));
}

void TestBucketStory::countsDown()
{
    Bucket bucket = exhausted();
    bucket.queued = 1;
    bucket.wait = Wait{WaitReason::Bucket, bucket.resetAt};
    const BucketRow row(bucket, now);
    QCOMPARE(BucketStory::explain(row, calm, now + 1s),
        QStringLiteral("1 waits, for 7.4 s: no token is left."));
    QCOMPARE(BucketStory::nextGrant(row, calm, now + 4s), QStringLiteral("now"));
    QCOMPARE(BucketStory::load(row, now), QStringLiteral("0 / 1 / 1"));
    QCOMPARE(BucketStory::load(row, now + 4s), QStringLiteral("4 / 1 / 1"));
}

// A lease that no answer ends is over in two minutes; nobody waits for so long.
void TestBucketStory::leavesOutTheWorstCase()
{
    Bucket bucket = exhausted();
    bucket.resetAt.reset();
    bucket.wait = Wait{WaitReason::Bucket, now + 2min};
    const BucketRow row(bucket, now);
    QCOMPARE(
        BucketStory::nextGrant(row, calm, now), QStringLiteral("as soon as a request is answered"));
    QCOMPARE(BucketStory::explain(row, calm, now),
        QStringLiteral("7 wait, up to 6.4 s: no token is left."));
}

void TestBucketStory::knowsThatOthersCount_data()
{
    QTest::addColumn<int>("remaining");
    QTest::addColumn<BucketState>("told");
    QTest::addColumn<bool>("isCutOff");
    QTest::addColumn<int>("elsewhere");
    QTest::addColumn<Wait>("wait");
    QTest::addColumn<RowState>("state");
    QTest::addColumn<int>("tokens");
    QTest::addColumn<QString>("next");
    QTest::addColumn<QString>("why");
    const auto soon = now + 2s;
    const auto full = BucketState::Exhausted;
    const auto row = [](const char *name, int remaining, BucketState told, bool isCutOff,
                         int elsewhere, const Wait &wait, RowState state, int tokens,
                         const QString &next, const QString &why) {
        QTest::newRow(name) << remaining << told << isCutOff << elsewhere << wait << state << tokens
                            << next << u"7 wait, up to 6.4 s: "_qs + why;
    };
    row("turn", 5, full, false, 1, {WaitReason::Turn, soon}, RowState::OthersFirst, 4,
        u"in 2.0 s: other processes go first"_qs, u"other processes of the token go first."_qs);
    row("turn, no token", 1, full, false, 0, {WaitReason::Turn}, RowState::OthersFirst, 0,
        u"when other processes of the token have been served"_qs,
        u"other processes of the token go first."_qs);
    row("elsewhere", 5, full, false, 4, {WaitReason::Bucket, soon}, RowState::InUseElsewhere, 0,
        u"in 2.0 s: other processes use the last tokens"_qs,
        u"other processes use the last tokens."_qs);
    row("elsewhere until somebody answers", 5, full, false, 4, {WaitReason::Bucket},
        RowState::InUseElsewhere, 0, u"as soon as another process has its answer"_qs,
        u"other processes use the last tokens."_qs);
    row("used up by others since", 5, full, false, 0, {WaitReason::Bucket, now + 3200ms},
        RowState::Exhausted, 0, u"in 3.2 s: bucket exhausted"_qs,
        u"no token is left.\nThe last one goes at the earliest in 8.2 s."_qs);
    row("used up", 1, full, false, 3, {WaitReason::Bucket, now + 3200ms}, RowState::Exhausted, 0,
        u"in 3.2 s: bucket exhausted"_qs,
        u"no token is left.\nThe last one goes at the earliest in 8.2 s."_qs);
    row("held by something else", 5, full, false, 4, {WaitReason::Connection}, RowState::Open, 4,
        u"as soon as a connection is free"_qs, u"all connections to the server are in use."_qs);
    row("asked", 5, BucketState::Open, false, 0, {WaitReason::Lease}, RowState::Open, 4,
        u"as soon as the shared limiter answers"_qs,
        u"the shared limiter has not answered yet."_qs);
    row("away", 5, BucketState::Open, true, 0, {WaitReason::Lease}, RowState::RedisAway, 4,
        u"as soon as Redis can be reached"_qs, u"Redis cannot be reached."_qs);
    row("away, own part", 5, full, true, 0, {WaitReason::Bucket, soon}, RowState::RedisAway, 4,
        u"in 2.0 s: Redis is away, and its own part is used up"_qs,
        u"Redis cannot be reached, and the part of this process is used up."_qs);
    row("paused", 5, BucketState::Paused, true, 0, {WaitReason::Paused}, RowState::Paused, 4,
        u"when somebody resumes it"_qs, u"somebody paused them."_qs);
}

// What is said contradicts no number.
void TestBucketStory::knowsThatOthersCount()
{
    QFETCH(Wait, wait);
    QFETCH(BucketState, told);
    QFETCH(int, remaining);
    QFETCH(bool, isCutOff);
    QFETCH(int, elsewhere);
    Bucket bucket = exhausted();
    bucket.state = told;
    bucket.remaining = remaining;
    bucket.wait = wait;
    BucketRow row(bucket, now);
    row.isShared = true;
    row.isCutOff = isCutOff;
    row.elsewhere = elsewhere;
    const SharedState shared = Fake::sampleShared(now);
    QTEST(row.state(now), "state");
    QTEST(row.tokens(now).value_or(-1), "tokens");
    QTEST(BucketStory::nextGrant(row, calm, now), "next");
    QTEST(BucketStory::explain(row, calm, now, &shared), "why");
}

void TestBucketStory::namesWhoGoesFirstAndIsSilent()
{
    Bucket bucket = exhausted();
    bucket.wait = Wait{WaitReason::Turn, now + 20s};
    BucketRow row(bucket, now);
    row.isShared = true;
    SharedState shared = Fake::sampleShared(now);
    shared.at = now;
    TimePoint &heardAt = shared.processes[1].heardAt; // of who goes first
    const QString usual =
        QStringLiteral("7 wait, up to 6.4 s: other processes of the token go first.");
    heardAt = now - 4400ms;
    QCOMPARE(BucketStory::explain(row, calm, now, &shared), usual);
    heardAt = now - 6500ms;
    QCOMPARE(BucketStory::explain(row, calm, now, &shared),
        QStringLiteral(
            "7 wait, up to 6.4 s: music-bot 77@web1 goes first, and has been silent for 6 s; "
            "Redis passes it over in 4 s."));
    QVERIFY(BucketStory::explain(row, calm, now + 4s, &shared)
                .endsWith(QStringLiteral("Redis passes it over now.")));
    shared.buckets[0].waiting = {1}; // and this process waits for the whole token
    QCOMPARE(BucketStory::explain(row, calm, now, &shared), usual);
    shared.buckets[0].waiting = {0, 1};
    QCOMPARE(BucketStory::explain(row, calm, now, &shared), usual);
}

void TestBucketStory::describesTheBucket()
{
    Bucket bucket = exhausted();
    QCOMPARE(BucketStory::limit(bucket), QStringLiteral("5 per 5.0 s"));
    bucket.window.reset();
    QCOMPARE(BucketStory::limit(bucket), QStringLiteral("5"));
    bucket.limit.reset();
    QCOMPARE(BucketStory::limit(bucket), QStringLiteral("not known yet"));
    QCOMPARE(BucketStory::load(BucketRow(bucket, now), now), QStringLiteral("– / 1 / 7"));
    QCOMPARE(BucketStory::sharedBy(bucket), QStringLiteral("1 endpoint"));
    bucket.lanes = 2;
    QCOMPARE(BucketStory::sharedBy(bucket), QStringLiteral("2 endpoints"));
    bucket.exempt = true;
    QCOMPARE(BucketStory::sharedBy(bucket), QStringLiteral("2 interactions"));
}

void TestBucketStory::namesMajorResources_data()
{
    QTest::addColumn<QByteArray>("resource");
    QTest::addColumn<QString>("text");
    QTest::newRow("none") << QByteArray() << "none";
    QTest::newRow("channel") << QByteArray("channels/4177") << "channel 4177";
    QTest::newRow("guild") << QByteArray("guilds/12") << "guild 12";
    QTest::newRow("webhook") << QByteArray("webhooks/22/0123456789abcdef") << "webhook 22";
    QTest::newRow("interaction") << QByteArray("interactions/7/0123") << "interaction 7";
    QTest::newRow("other") << QByteArray("stages/7") << "stages 7";
}

void TestBucketStory::namesMajorResources()
{
    QFETCH(QByteArray, resource);
    QTEST(BucketStory::majorResource(resource), "text");
}

QTEST_GUILESS_MAIN(TestBucketStory)
#include "tst_bucketstory.moc"
