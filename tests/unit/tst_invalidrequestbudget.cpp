// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/InvalidRequestBudget.h"

#include <QtTest/QTest>

#include <limits>

using namespace Turnstile;
using namespace std::chrono_literals;

static TimePoint at(milliseconds time)
{
    return TimePoint(1h) + time;
}

static void addMany(InvalidRequestBudget &budget, int count, milliseconds time)
{
    for (int i = 0; i < count; ++i)
        budget.add(403, Scope::None, at(time));
}

class InvalidRequestBudgetTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void counts_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<Scope>("scope");
        QTest::addColumn<bool>("expected");
        const auto row = [](const char *name, int status, Scope scope, bool expected) {
            QTest::newRow(name) << status << scope << expected;
        };
        row("ok", 200, Scope::None, false);
        row("bad request", 400, Scope::None, false);
        row("unauthorised", 401, Scope::None, true);
        row("forbidden", 403, Scope::None, true);
        row("not found", 404, Scope::None, false);
        row("429 of the user", 429, Scope::User, true);
        row("429 of the token", 429, Scope::Global, true);
        row("429 without a scope", 429, Scope::None, true);
        row("429 of an unknown scope", 429, Scope::Unknown, true);
        row("429 that is shared", 429, Scope::Shared, false);
        row("no answer", 0, Scope::None, false);
        row("server error", 502, Scope::None, false);
    }

    void counts()
    {
        QFETCH(int, status);
        QFETCH(Scope, scope);
        QFETCH(bool, expected);
        InvalidRequestBudget budget;
        QCOMPARE(budget.add(status, scope, at(0ms)), expected);
        QCOMPARE(budget.count(at(0ms)), int(expected));
    }

    void othersCountToo()
    {
        InvalidRequestBudget budget(100, 10min);
        addMany(budget, 10, 0ms);
        budget.setShared(30, at(1min));
        QCOMPARE(budget.count(at(1min)), 30);
        addMany(budget, 5, 2min);
        QCOMPARE(budget.count(at(2min)), 35);
        QVERIFY(budget.allows(59, false, at(2min)) && !budget.allows(60, false, at(2min)));
        QCOMPARE(budget.nextAllowedAt(60, false, at(2min)), at(10min)); // one of its own leaves
        QCOMPARE(budget.nextAllowedAt(80, false, at(2min)), at(11min)); // the others do
        QCOMPARE(budget.nextAllowedAt(95, false, at(2min)), std::nullopt);
        QCOMPARE(budget.count(at(11min)), 5);
        budget.setShared(3, at(11min)); // they have forgotten
        QCOMPARE(budget.count(at(11min)), 5);
        budget.setShared(1000, at(11min));
        QCOMPARE(budget.count(at(11min)), 100);
        QCOMPARE(InvalidRequestBudget(0).count(at(0ms)), 0);
    }

    void slides()
    {
        InvalidRequestBudget budget;
        QCOMPARE(budget.limit(), 10'000);
        QVERIFY(!budget.nextFreeAt(at(0ms)));
        addMany(budget, 2, 0ms);
        addMany(budget, 1, 1s);
        QCOMPARE(budget.count(at(10min - 1ms)), 3);
        QCOMPARE(budget.nextFreeAt(at(1s)), at(10min));
        QCOMPARE(budget.count(at(10min)), 1);
        QCOMPARE(budget.nextFreeAt(at(10min)), at(10min + 1s));
        QCOMPARE(budget.count(at(10min + 1s)), 0);
        QVERIFY(!budget.nextFreeAt(at(10min + 1s)));
    }

    void keepsAReserveForCallbacks_data()
    {
        QTest::addColumn<int>("limit");
        QTest::addColumn<int>("ordinary"); // how many may be in flight at once
        QTest::newRow("Discord's") << 10'000 << 9'500;
        QTest::newRow("rounded up") << 101 << 95;
        QTest::newRow("small") << 10 << 9;
        QTest::newRow("two") << 2 << 1;
        QTest::newRow("one, or nothing could ever go") << 1 << 1;
    }

    void keepsAReserveForCallbacks()
    {
        QFETCH(int, limit);
        QFETCH(int, ordinary);
        InvalidRequestBudget budget(limit, 10min);
        QVERIFY(budget.allows(ordinary - 1, false, at(0ms)));
        QVERIFY(!budget.allows(ordinary, false, at(0ms)));
        QVERIFY(budget.allows(limit - 1, true, at(0ms)));
        QVERIFY(!budget.allows(limit, true, at(0ms)));
        addMany(budget, ordinary, 0ms);
        QVERIFY(!budget.allows(0, false, at(0ms)));
        QCOMPARE(budget.allows(0, true, at(0ms)), ordinary < limit);
        QVERIFY(budget.allows(0, false, at(10min)));
    }

    void tellsWhenItAllowsAgain()
    {
        InvalidRequestBudget budget(20, 10min); // 19 for ordinary requests
        addMany(budget, 10, 0ms);
        addMany(budget, 5, 1s);
        QVERIFY(!budget.nextAllowedAt(3, false, at(1s))); // allowed now
        QCOMPARE(budget.nextAllowedAt(4, false, at(1s)), at(10min));
        QCOMPARE(budget.nextAllowedAt(13, false, at(1s)), at(10min));
        QCOMPARE(budget.nextAllowedAt(14, false, at(1s)), at(10min + 1s));
        QVERIFY(!budget.nextAllowedAt(19, false, at(1s))); // in flight alone are too many
        QCOMPARE(budget.nextAllowedAt(19, true, at(1s)), at(10min + 1s));
        QVERIFY(!budget.allows(14, false, at(10min)));
        QVERIFY(budget.allows(14, false, at(10min + 1s)));
    }

    // Answers to what was in flight when the limit was reached.
    void staysShutWhenMoreCameThanTheLimit()
    {
        InvalidRequestBudget budget(3, 10min);
        addMany(budget, 3, 0ms);
        addMany(budget, 2, 1s);
        addMany(budget, 1, 2s);
        QCOMPARE(budget.count(at(2s)), 3);
        // Six in all; at 10 min three are left, and the limit is still reached.
        QVERIFY(!budget.allows(0, true, at(10min)));
        QCOMPARE(budget.nextAllowedAt(0, true, at(10min)), at(10min + 1s));
        QVERIFY(budget.allows(0, true, at(10min + 1s)));
        QCOMPARE(budget.count(at(10min + 1s)), 1);
    }

    void noLimitNoGuard()
    {
        for (int limit : {0, -5}) {
            InvalidRequestBudget budget(limit);
            QCOMPARE(budget.limit(), 0);
            QVERIFY(!budget.add(401, Scope::None, at(0ms)));
            QCOMPARE(budget.count(at(0ms)), 0);
            QVERIFY(budget.allows(1'000'000, false, at(0ms)));
            QVERIFY(!budget.nextAllowedAt(1'000'000, false, at(0ms)));
        }
        InvalidRequestBudget large(std::numeric_limits<int>::max());
        QVERIFY(large.allows(1'000'000'000, false, at(0ms)));
    }
};

QTEST_GUILESS_MAIN(InvalidRequestBudgetTest)
#include "tst_invalidrequestbudget.moc"
