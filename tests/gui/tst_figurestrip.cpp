// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "Gui.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/FigureCard.h"
#include "monitor-app/views/FigureStrip.h"

#include <QtTest/QtTest>

#include <memory>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// The strip on a store with virtual time.
class TestFigureStrip : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();

    void showsWhatTheStoreSays();
    void warnsOfInvalidRequests_data();
    void warnsOfInvalidRequests();
    void followsTheRange();
    void paintsOnlyWhatChanged();
    void neverOverlaps_data();
    void neverOverlaps();

private:
    static FigureCard *card(const FigureStrip &strip, const char *name)
    {
        for (FigureCard *card : strip.findChildren<FigureCard *>()) {
            if (card->accessibleName() == QLatin1String(name))
                return card;
        }
        return nullptr;
    }
    UpdateBatch traffic() const
    {
        UpdateBatch batch = Fake::sampleTraffic(now);
        batch.invalid = InvalidRequestsInfo{12, 10'000};
        return batch;
    }
    void frame(milliseconds later)
    {
        now += later;
        store->makeFrame();
    }
    TimePoint now;
    std::unique_ptr<Store> store;
};

/// Counts how often widgets are painted.
class PaintCounter : public QObject {
public:
    bool eventFilter(QObject *, QEvent *event) override
    {
        count += event->type() == QEvent::Paint;
        return false;
    }
    int count = 0;
};

void TestFigureStrip::init()
{
    now = TimePoint(5000s);
    store = std::make_unique<Store>([this] { return now; });
}

void TestFigureStrip::showsWhatTheStoreSays()
{
    FigureStrip strip(store.get());
    store->apply(traffic());
    frame(0ms);
    const QString space = QChar(QChar::Nbsp);
    QCOMPARE(card(strip, "Queued")->content().remark, QStringLiteral("oldest 6.4 s"));
    QCOMPARE(card(strip, "Global limit")->content().value, QStringLiteral("37 / 50"));
    QCOMPARE(card(strip, "429s, 10 min")->content().remark,
        QStringLiteral("0 global · 1 user · 0 shared"));
    QCOMPARE(card(strip, "Invalid requests")->content().value,
        QStringLiteral("12 / 10") + space + QStringLiteral("000"));
    QCOMPARE(strip.findChildren<FigureCard *>().size(), 7);
    for (const FigureCard *one : strip.findChildren<FigureCard *>())
        QVERIFY2(!one->toolTip().isEmpty(), qPrintable(one->accessibleName()));
}

void TestFigureStrip::warnsOfInvalidRequests_data()
{
    QTest::addColumn<int>("count");
    QTest::addColumn<bool>("alarming");
    QTest::newRow("few") << 12 << false;
    QTest::newRow("many") << 7999 << false;
    QTest::newRow("too many") << 8000 << true;
    QTest::newRow("over") << 10'001 << true;
}

void TestFigureStrip::warnsOfInvalidRequests()
{
    QFETCH(int, count);
    FigureStrip strip(store.get());
    UpdateBatch batch = traffic();
    batch.invalid->count = count;
    store->apply(batch);
    frame(0ms);
    const FigureCard::Content content = card(strip, "Invalid requests")->content();
    QTEST(content.alarming, "alarming");
    QTEST(content.color == Theme::dark().red, "alarming");
    QVERIFY(*content.bar <= 1);
}

void TestFigureStrip::followsTheRange()
{
    FigureStrip strip(store.get());
    store->apply(traffic());
    frame(0ms);
    const auto line = [&strip] { return *card(strip, "Granted")->content().line; };
    const History::Values seconds = line();
    strip.setRange(TimeRange::Minutes5);
    QVERIFY(line() != seconds);
    QCOMPARE(line()[History::length / 2], 0.f); // nothing happened then
    strip.setRange(TimeRange::Seconds30);
    QCOMPARE(line(), seconds);
}

void TestFigureStrip::paintsOnlyWhatChanged()
{
    PaintCounter painted;
    FigureStrip strip(store.get());
    for (FigureCard *one : strip.findChildren<FigureCard *>())
        one->installEventFilter(&painted);
    strip.resize(1416, Theme::cardHeight);
    strip.show();
    QVERIFY(QTest::qWaitForWindowExposed(&strip));
    UpdateBatch batch = traffic();
    batch.global = GlobalLimitInfo{50, 0, {}, {}};
    batch.tickets.assign(20, Fake::grant(Fake::bucketId(1), now, 84ms)); // all age at once
    for (Bucket &bucket : batch.buckets) {
        bucket.queued = 0;
        bucket.oldestAskedAt.reset();
    }
    store->apply(batch);
    const auto paintsIn = [&](int frames, milliseconds each) {
        painted.count = 0;
        for (int i = 0; i < frames; ++i) {
            frame(each);
            QCoreApplication::processEvents();
        }
        return painted.count;
    };
    paintsIn(1, 0ms);
    QCOMPARE(paintsIn(4, 100ms), 0);  // the same slot of the lines
    QVERIFY(paintsIn(1, 100ms) <= 4); // those with lines move on
    QVERIFY(paintsIn(50, 100ms) <= 4 * 10);
    paintsIn(1, 2h);
    QCOMPARE(paintsIn(20, 500ms), 0); // nothing moves
}

void TestFigureStrip::neverOverlaps_data()
{
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("rows");
    QTest::newRow("1440") << 1416 << 1;
    QTest::newRow("1100") << 1076 << 1;
    QTest::newRow("900") << 876 << 2;
    QTest::newRow("640") << 616 << 2;
}

void TestFigureStrip::neverOverlaps()
{
    QFETCH(int, width);
    for (const Theme *theme : {&Theme::dark(), &Theme::light()}) {
        FigureStrip strip(store.get());
        strip.setTheme(*theme);
        strip.setPalette(theme->palette());
        store->apply(traffic());
        frame(0ms);
        strip.resize(width, strip.heightForWidth(width));
        strip.show();
        QSet<int> tops;
        QRect before;
        for (const FigureCard *one : strip.findChildren<FigureCard *>()) {
            tops += one->y();
            QVERIFY(strip.rect().contains(one->geometry()));
            if (before.top() == one->y() && before.isValid())
                QCOMPARE(one->x() - before.right() - 1, int(Theme::gap));
            before = one->geometry();
        }
        QTEST(int(tops.size()), "rows");
        QCOMPARE(before.right(), strip.width() - 1);
        Gui::savePicture(strip, QStringLiteral("strip-%1-%2").arg(Gui::nameOf(*theme)).arg(width));
    }
}

QTEST_MAIN(TestFigureStrip)
#include "tst_figurestrip.moc"
