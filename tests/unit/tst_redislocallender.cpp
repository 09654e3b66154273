// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/redis/LocalLender.h"
#include "tests/common/Desk.h"

#include <QtTest/QTest>

static const Endpoint messages(Method::Get, "/channels/1/messages");

class RedisLocalLenderTest : public QObject {
    Q_OBJECT

    static BucketId bucketOf(const Desk &desk, const Endpoint &endpoint)
    {
        return desk.scheduler.bucket(endpoint, at(0ms))->id;
    }
    // A desk whose bucket of messages has heard of ten tokens, of which one is spent.
    static Desk informed()
    {
        Desk desk({.isShared = true});
        const auto first = desk.ask(messages, 0ms);
        desk.scheduler.lend(bucketOf(desk, messages), 1, at(0ms));
        desk.note();
        desk.complete(first, answer(10, 9, 1s), 10ms);
        return desk;
    }

    static LocalLender oneOf(int processes, const SchedulerOptions &options)
    {
        LocalLender lender(options);
        lender.setProcesses(processes);
        return lender;
    }

private Q_SLOTS:
    void lendsItsPart()
    {
        Desk desk = informed();
        const BucketId bucket = bucketOf(desk, messages);
        for (int i = 0; i < 9; ++i)
            desk.ask(messages, 20ms);
        LocalLender lender = oneOf(3, {});
        const auto loan = lender.lend(desk.scheduler, bucket, 9, at(20ms));
        QCOMPARE(loan.leases, 2); // a third of ten, less the one that is spent
        QCOMPARE(loan.wait, (Wait{WaitReason::Bucket, at(1010ms)}));
        QCOMPARE(lender.lend(desk.scheduler, bucket, 1, at(1010ms)).leases, 1);
        QCOMPARE(lender.lend(desk.scheduler, bucket, 1, at(1010ms)).wait.reason, WaitReason::None);
    }

    void probesTheUnknown()
    {
        Desk desk({.isShared = true});
        desk.ask(messages, 0ms);
        desk.ask(messages, 0ms);
        const BucketId bucket = bucketOf(desk, messages);
        LocalLender lender = oneOf(3, {});
        const auto loan = lender.lend(desk.scheduler, bucket, 2, at(0ms));
        QCOMPARE(loan.leases, 1);
        QVERIFY(!loan.wait.until); // with the answer
    }

    void lendsItsPartOfTheGlobalLimit()
    {
        Desk desk = informed();
        const BucketId bucket = bucketOf(desk, messages);
        LocalLender lender = oneOf(3, {.globalLimit = 6});
        for (int i = 0; i < 5; ++i)
            desk.ask(messages, 2s);
        auto loan = lender.lend(desk.scheduler, bucket, 3, at(2s));
        QCOMPARE(loan.leases, 2);
        QCOMPARE(loan.wait.reason, WaitReason::Global);
        QVERIFY(!loan.wait.until); // none is answered yet
        lender.ended(at(2100ms));
        loan = lender.lend(desk.scheduler, bucket, 1, at(2100ms));
        QCOMPARE(loan.leases, 0);
        QCOMPARE(loan.wait.until, at(3100ms));
        lender.giveBack();
        QCOMPARE(lender.lend(desk.scheduler, bucket, 1, at(2200ms)).leases, 1);
    }

    // What went on leases of Redis is on its way still.
    void knowsWhatIsOnItsWay()
    {
        Desk desk = informed();
        const BucketId bucket = bucketOf(desk, messages);
        for (int i = 0; i < 5; ++i)
            desk.ask(messages, 2s);
        LocalLender lender({.globalLimit = 6});
        for (int i = 0; i < 5; ++i)
            lender.taken();
        lender.setProcesses(3);
        QCOMPARE(lender.lend(desk.scheduler, bucket, 5, at(2s)).leases, 0);
        for (int i = 0; i < 4; ++i)
            lender.ended(at(2100ms));
        QCOMPARE(lender.lend(desk.scheduler, bucket, 5, at(3099ms)).leases, 0);
        QCOMPARE(lender.lend(desk.scheduler, bucket, 5, at(3100ms)).leases, 1);
    }

    void moreProcessesThanTokens()
    {
        Desk desk = informed();
        desk.ask(messages, 2s);
        LocalLender lender = oneOf(1000, {.globalLimit = 50});
        QCOMPARE(lender.lend(desk.scheduler, bucketOf(desk, messages), 5, at(2s)).leases, 1);
    }

    void noGlobalLimitIsNone()
    {
        Desk desk = informed();
        desk.ask(messages, 2s);
        LocalLender lender = oneOf(2, {.globalLimit = 0});
        QCOMPARE(lender.lend(desk.scheduler, bucketOf(desk, messages), 5, at(2s)).leases, 5);
    }
};

QTEST_GUILESS_MAIN(RedisLocalLenderTest)
#include "tst_redislocallender.moc"
