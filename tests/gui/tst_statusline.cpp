// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "Gui.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/StatusLine.h"

#include <QtTest/QtTest>
#include <QtWidgets/QLabel>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// What the monitor says of itself.
class TestStatusLine : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void saysWhatItIsTold();
    void warnsOfDroppedStates();
    void saysThatTheViewStands();
    void saysThatRedisIsAway();
    void fits_data();
    void fits();

private:
    static QStringList texts(const StatusLine &line)
    {
        QStringList texts;
        for (const QLabel *label : line.findChildren<QLabel *>()) {
            if (!label->isHidden() && !label->text().isEmpty())
                texts += label->text();
        }
        return texts;
    }
};

void TestStatusLine::saysWhatItIsTold()
{
    Store store;
    StatusLine line(&store);
    line.setConnection(QStringLiteral("Connected · local socket"));
    QCOMPARE(texts(line),
        QStringList({QStringLiteral("Connected · local socket"), QStringLiteral("0 events/s"),
            QStringLiteral("0 dropped"), QStringLiteral("update lag 0 ms"),
            QStringLiteral("0 buckets")}));
    line.setProtocol(QStringLiteral("1.0"));
    QVERIFY(texts(line).contains(QStringLiteral("protocol 1.0")));
    line.setCounts(12, 340);
    QVERIFY(texts(line).contains(QStringLiteral("12 of 340 buckets")));
    line.setCounts(1, 1);
    QVERIFY(texts(line).contains(QStringLiteral("1 bucket")));
}

void TestStatusLine::warnsOfDroppedStates()
{
    Store store;
    StatusLine line(&store);
    line.setTheme(Theme::light());
    UpdateBatch batch;
    batch.dropped = 3;
    store.apply(batch);
    store.makeFrame();
    for (const QLabel *label : line.findChildren<QLabel *>()) {
        if (label->text() == QStringLiteral("3 dropped")) {
            QCOMPARE(label->palette().color(QPalette::WindowText), Theme::light().amber);
            QVERIFY(!label->toolTip().isEmpty());
            return;
        }
    }
    QFAIL("It does not say that states were dropped.");
}

void TestStatusLine::saysThatTheViewStands()
{
    Store store;
    StatusLine line(&store);
    store.setFrozen(true);
    QVERIFY(texts(line).contains(QStringLiteral("frozen")));
    line.setStale(true);
    QVERIFY(texts(line).contains(QStringLiteral("stale")));
    line.setStale(false);
    store.setFrozen(false);
    QVERIFY(!texts(line).contains(QStringLiteral("frozen")));
}

// Whoever is connected to a process that is not.
void TestStatusLine::saysThatRedisIsAway()
{
    TimePoint now{1000s};
    Store store([&now] { return now; });
    StatusLine line(&store);
    line.setTheme(Theme::light());
    const QString connected = QStringLiteral("Connected · local socket");
    const QString trouble =
        QStringLiteral("The process cannot reach its Redis: numbers are as they were");
    line.setConnection(connected);
    UpdateBatch batch;
    batch.at = now;
    batch.shared.emplace().problem = QStringLiteral("Redis at /redis is not connected.");
    const auto tell = [&] {
        store.apply(batch);
        now += 200ms;
        store.makeFrame();
    };
    tell();
    const auto *label = line.findChildren<QLabel *>().constFirst();
    QCOMPARE(label->text(), trouble);
    QCOMPARE(label->palette().color(QPalette::WindowText), Theme::light().amber);
    QCOMPARE(label->toolTip(), connected + QStringLiteral("\nRedis at /redis is not connected."));
    line.setStale(true); // nobody knows
    QCOMPARE(label->text(), connected);
    line.setStale(false);
    QCOMPARE(label->text(), trouble);
    batch.shared->problem.clear();
    tell();
    QCOMPARE(label->text(), connected);
    QCOMPARE(label->palette().color(QPalette::WindowText), Theme::light().dim);
}

void TestStatusLine::fits_data()
{
    QTest::addColumn<int>("width");
    QTest::newRow("wide") << 1440;
    QTest::newRow("narrow") << 900;
}

void TestStatusLine::fits()
{
    QFETCH(int, width);
    for (const Theme *theme : {&Theme::dark(), &Theme::light()}) {
        Store store;
        StatusLine line(&store);
        line.setTheme(*theme);
        line.setConnection(
            QStringLiteral("Reconnecting · tls://a.very.long.host.example.org:7070"));
        line.setProtocol(QStringLiteral("1.0"));
        line.setCounts(1234, 56789);
        line.resize(width, Theme::statusHeight);
        line.show();
        UpdateBatch batch;
        batch.shared.emplace().problem = QStringLiteral("Redis is away.");
        store.apply(batch);
        store.makeFrame();
        for (const char *name : {"away", "stale"}) {
            line.setStale(*name == 's');
            QCoreApplication::processEvents();
            for (const QLabel *label : line.findChildren<QLabel *>())
                QVERIFY2(label->isHidden() || label->width() >= label->sizeHint().width(),
                    qPrintable(label->text()));
            Gui::savePicture(line,
                QStringLiteral("status-%1-%2-%3")
                    .arg(QString::fromLatin1(name), Gui::nameOf(*theme))
                    .arg(width));
        }
    }
}

QTEST_MAIN(TestStatusLine)
#include "tst_statusline.moc"
