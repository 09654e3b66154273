// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/testing/LatencyModel.h"

#include <QtCore/QList>
#include <QtCore/QSet>
#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;

class tst_LatencyModel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void isNothingByDefault();
    void eachWayTakesHalf();
    void jitterStaysInItsBounds();
    void seedDecides();
    void negativeIsNone();
};

void tst_LatencyModel::isNothingByDefault()
{
    QCOMPARE(LatencyModel().next(), LatencyModel::Delay());
}

void tst_LatencyModel::eachWayTakesHalf()
{
    LatencyModel model;
    model.setLatency(51ms, 0ms);
    const LatencyModel::Delay expected{25ms, 26ms};
    QCOMPARE(model.next(), expected);
    QCOMPARE(model.next(), expected);
}

void tst_LatencyModel::jitterStaysInItsBounds()
{
    LatencyModel model;
    model.setLatency(100ms, 8ms);
    QSet<qint64> there;
    QSet<qint64> back;
    for (int i = 0; i < 1000; ++i) {
        const LatencyModel::Delay delay = model.next();
        there.insert(delay.there.count());
        back.insert(delay.back.count());
    }
    const QSet<qint64> expected{50, 51, 52, 53, 54};
    QCOMPARE(there, expected);
    QCOMPARE(back, expected);
}

void tst_LatencyModel::seedDecides()
{
    const auto times = [](quint32 seed) {
        LatencyModel model;
        model.next(); // what was before does not matter
        model.setLatency(0ms, 1000ms);
        model.setSeed(seed);
        QList<qint64> result;
        for (int i = 0; i < 20; ++i)
            result.append(model.next().there.count());
        return result;
    };
    QCOMPARE(times(7), times(7));
    QVERIFY(times(7) != times(8));
}

void tst_LatencyModel::negativeIsNone()
{
    LatencyModel model;
    model.setLatency(-5ms, -5ms);
    QCOMPARE(model.next(), LatencyModel::Delay());
}

QTEST_GUILESS_MAIN(tst_LatencyModel)
#include "tst_latencymodel.moc"
