// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RetryPolicy.h"

#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;

/// How long a client backs off.
class tst_RetryPolicy : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void backsOff_data();
    void backsOff();
    void knowsWhatIsRepeatable();
};

void tst_RetryPolicy::backsOff_data()
{
    QTest::addColumn<int>("failures");
    QTest::addColumn<double>("share");
    QTest::addColumn<int>("wait");
    QTest::newRow("first, longest") << 1 << 1.0 << 500;
    QTest::newRow("first, half") << 1 << 0.5 << 250;
    QTest::newRow("first, none") << 1 << 0.0 << 0;
    QTest::newRow("second") << 2 << 1.0 << 1000;
    QTest::newRow("third") << 3 << 1.0 << 2000;
    QTest::newRow("capped") << 5 << 1.0 << 5000;
    QTest::newRow("very many") << 1'000'000'000 << 1.0 << 5000;
    QTest::newRow("rounded up") << 1 << 0.0001 << 1;
    QTest::newRow("none failed") << 0 << 1.0 << 500;
    QTest::newRow("too small a share") << 1 << -1.0 << 0;
    QTest::newRow("too large a share") << 1 << 7.0 << 500;
}

void tst_RetryPolicy::backsOff()
{
    QFETCH(int, failures);
    QFETCH(double, share);
    QFETCH(int, wait);
    const RetryPolicy policy{.firstBackOff = 500ms, .longestBackOff = 5s};
    QCOMPARE(policy.backOff(failures, share).count(), wait);
    const RetryPolicy odd{.firstBackOff = 500ms, .longestBackOff = 20ms};
    QVERIFY(odd.backOff(failures, share) <= 20ms);
    QCOMPARE(RetryPolicy{.firstBackOff = 0ms}.backOff(3, share), 0ms);
}

void tst_RetryPolicy::knowsWhatIsRepeatable()
{
    for (const Method method : {Method::Get, Method::Head, Method::Put, Method::Delete})
        QVERIFY(RetryPolicy::isRepeatable(method));
    for (const Method method : {Method::Post, Method::Patch})
        QVERIFY(!RetryPolicy::isRepeatable(method));
}

QTEST_GUILESS_MAIN(tst_RetryPolicy)
#include "tst_retrypolicy.moc"
