// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestCollector.h"
#include "tests/common/RestBodies.h"

#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace Turnstile;

/// A sequential device is read to its end.
class tst_RestCollector : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsWhatIsThere();
    void readsWhatComesLater();
    void readsNoMoreThanItMay();
    void mayBeDestroyedByItsSlots();
};

void tst_RestCollector::readsWhatIsThere()
{
    const QByteArray bytes(1'000'000, 'a');
    RestCollector collector(opened<Sequential>(bytes));
    QSignalSpy finished(&collector, &RestCollector::finished);
    QCOMPARE(collector.bytes().size(), 0);
    QVERIFY(finished.wait());
    QVERIFY(finished.first().first().toBool());
    QCOMPARE(collector.bytes(), bytes);
}

void tst_RestCollector::readsWhatComesLater()
{
    auto source = opened<Sequential>("a");
    Sequential *device = source.get();
    device->keepOpen();
    RestCollector collector(std::move(source));
    QSignalSpy finished(&collector, &RestCollector::finished);
    QSignalSpy advanced(&collector, &RestCollector::advanced);
    QVERIFY(advanced.wait());
    device->add("bc");
    QVERIFY(advanced.wait());
    QCOMPARE(collector.bytes(), "abc");
    QCOMPARE(finished.size(), 0);
    device->end();
    QVERIFY(finished.wait());
    QCOMPARE(collector.bytes(), "abc");
}

void tst_RestCollector::readsNoMoreThanItMay()
{
    for (const qint64 most : {3, 2}) {
        RestCollector collector(opened<Sequential>("abc"), most);
        QSignalSpy finished(&collector, &RestCollector::finished);
        QVERIFY(finished.wait());
        QCOMPARE(finished.first().first().toBool(), most == 3);
    }
}

void tst_RestCollector::mayBeDestroyedByItsSlots()
{
    auto source = opened<Sequential>("abc");
    source->keepOpen();
    source->end();
    auto *collector = new RestCollector(std::move(source));
    QSignalSpy destroyed(collector, &QObject::destroyed);
    connect(collector, &RestCollector::finished, this, [collector] { delete collector; });
    QVERIFY(destroyed.wait());
}

QTEST_GUILESS_MAIN(tst_RestCollector)
#include "tst_restcollector.moc"
