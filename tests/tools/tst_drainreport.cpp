// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/DrainReport.h"

#include <QtCore/QJsonDocument>
#include <QtTest/QTest>

using namespace Turnstile;
using namespace Turnstile::Sim;
using namespace std::chrono_literals;

class DrainReportTest : public QObject {
    Q_OBJECT

private:
    static QJsonObject json(const QByteArray &text)
    {
        return QJsonDocument::fromJson(text).object();
    }

private Q_SLOTS:
    void saysItInTheContractsWords()
    {
        DrainResult result{.completed = 19, .lost = 1, .makespan = 1500ms, .lowerBound = 1200ms};
        result.limited[LimitKind::Global] = 2;
        result.avoidable = 2;
        for (int i = 1; i <= 20; ++i)
            result.waits.push_back(i * 10ms);
        result.grants = 22;
        result.schedulerTime = 2200ns;
        QCOMPARE(figures(result),
            json(R"({"completed": 19, "lost": 1, "makespan_ms": 1500, "lower_bound_ms": 1200,
                "ratio": 1.25, "avoidable_429": 2, "reordered": 0, "grants": 22,
                "rejected_429": {"bucket": 0, "sublimit": 0, "shared": 0, "global": 2},
                "wait_ms": {"p50": 100, "p95": 190, "max": 200}, "wall_ns_per_grant": 100})"));
    }

    void saysWhatSharingCosts()
    {
        DrainResult result{.completed = 3};
        result.grants = 3;
        result.shared = DrainSharing{.calls = 4, .leastGrants = 1, .mostGrants = 2};
        const QJsonObject object = figures(result);
        QCOMPARE(object[u"redis_calls"], QJsonValue(4));
        QCOMPARE(object[u"calls_per_ticket"], QJsonValue(1.3333));
        QCOMPARE(object[u"shares"].toObject(), json(R"({"least": 1, "most": 2})"));
    }

    void saysWhereNothingCanBeSaid()
    {
        const QJsonObject object = figures({});
        QVERIFY(object[u"ratio"].isNull());
        QVERIFY(object[u"avoidable_429"].isNull());
        QCOMPARE(object[u"wait_ms"][u"max"], QJsonValue(0));
        QCOMPARE(object[u"wall_ns_per_grant"], QJsonValue(0));
        QVERIFY(figures({.lost = 3, .lowerBound = 1200ms})[u"ratio"].isNull());
    }

    void sumsUpRuns()
    {
        const QJsonObject sum = summary({json(R"({"a": 4, "in": {"b": 1}, "c": null})"),
            json(R"({"a": 1, "in": {"b": 2}, "c": 3})"),
            json(R"({"a": 2, "in": {"b": 9}, "c": 4})")});
        QCOMPARE(sum, json(R"({"a": {"min": 1, "median": 2, "max": 4},
            "in": {"b": {"min": 1, "median": 2, "max": 9}}, "c": null})"));
        QCOMPARE(summary({json(R"({"a": 4})"), json(R"({"a": 1})")}),
            json(R"({"a": {"min": 1, "median": 2.5, "max": 4}})"));
    }
};

QTEST_GUILESS_MAIN(DrainReportTest)
#include "tst_drainreport.moc"
