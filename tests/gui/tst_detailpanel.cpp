// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "Gui.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/DetailPanel.h"
#include "monitor-app/views/TextLines.h"
#include "monitor-app/views/Theme.h"
#include "monitor-app/views/TicketLines.h"
#include "monitor-app/views/TracePlot.h"

#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// The panel beside the table, over a store on virtual time.
class TestDetailPanel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();

    void tellsWhyTheBucketWaits();
    void tellsWhoHoldsItAndWhoWaits();
    void countsDownWithTheStore();
    void asksForABucketAndTellsThatOneIsGone();
    void listsTheLatestTickets();
    void followsTheRange();
    void drawsEveryPeak();
    void tellsTheValueUnderThePointer();
    void fitsIntoLittleRoom();

private:
    UpdateBatch batch() const
    {
        UpdateBatch made;
        made.at = made.since = now;
        made.buckets = Fake::sampleBuckets(now);
        made.buckets[0].majorResource = "channels/41771983423143937";
        made.buckets[0].lanes = 2;
        return made;
    }
    TicketInfo ticket(quint64 number, TicketState state, milliseconds ago, int status = 0) const
    {
        TicketInfo made = Fake::grant(Fake::bucketId(1), now - ago, 10ms);
        made.id = TicketId{number << TicketId::slotBits};
        made.state = state;
        made.status = status;
        if (state == TicketState::Queued)
            made.askedAt = made.at;
        return made;
    }
    static QStringList texts(const DetailPanel &panel)
    {
        QStringList all;
        for (const TextLines *text : panel.findChildren<TextLines *>())
            all << text->written();
        return all;
    }
    TimePoint now;
};

void TestDetailPanel::init()
{
    now = TimePoint(1000s);
}

void TestDetailPanel::tellsWhyTheBucketWaits()
{
    Store store([this] { return now; });
    store.apply(batch());
    store.makeFrame();
    DetailPanel panel(&store);
    panel.setBucket(Fake::bucketId(1));
    panel.show();
    const QStringList all = texts(panel);
    for (const QString &text :
        {QStringLiteral(
             "7 wait, up to 6.4 s: no token is left.\nThe last one goes in about 8.2 s."),
            QStringLiteral("a1f3c09be17d449c"), QStringLiteral("channel 41771983423143937"),
            QStringLiteral("2 endpoints"), QStringLiteral("5 per 5.0 s"),
            QStringLiteral("0 / 1 / 7"), QStringLiteral("in 3.2 s: bucket exhausted")})
        QVERIFY2(all.contains(text), qPrintable(text));
    QVERIFY(panel.accessibleDescription().startsWith(QStringLiteral("7 wait")));
    const auto labels = panel.findChildren<TextLines *>();
    QVERIFY(std::any_of(labels.begin(), labels.end(), [](const TextLines *label) {
        return label->accessibleName()
            == QStringLiteral("POST /channels/41771983423143937/messages");
    }));
}

void TestDetailPanel::tellsWhoHoldsItAndWhoWaits()
{
    Store store([this] { return now; });
    store.apply(batch());
    store.makeFrame();
    DetailPanel panel(&store);
    panel.setBucket(Fake::bucketId(1));
    panel.show();
    const auto isShown = [&panel](const QString &text) {
        const auto lines = panel.findChildren<TextLines *>();
        return std::any_of(lines.begin(), lines.end(), [&](const TextLines *line) {
            return line->isVisibleTo(&panel)
                && QString(line->written()).replace(u'\n', u", "_qs) == text;
        });
    };
    QVERIFY(!isShown(QStringLiteral("nobody"))); // nothing is shared
    UpdateBatch update;
    update.at = now;
    update.shared = Fake::sampleShared(now);
    store.apply(update);
    now += 200ms;
    store.makeFrame();
    QVERIFY(isShown(QStringLiteral("music-bot 4121@web2 (3), this process (1)")));
    QVERIFY(isShown(QStringLiteral("music-bot 77@web1, this process")));
    Gui::savePicture(panel, QStringLiteral("detail-shared"));
    update.shared->problem = QStringLiteral("Redis is away.");
    store.apply(update);
    now += 200ms;
    store.makeFrame();
    QVERIFY(panel.accessibleDescription().endsWith(QStringLiteral("\nRedis is away.")));
    panel.setBucket(Fake::bucketId(4));
    QVERIFY(isShown(QStringLiteral("nobody")));
    panel.setBucket(Fake::bucketId(7)); // interactions count where they are answered
    QVERIFY(!isShown(QStringLiteral("nobody")));
}

void TestDetailPanel::countsDownWithTheStore()
{
    Store store([this] { return now; });
    store.apply(batch());
    store.makeFrame();
    DetailPanel panel(&store);
    panel.setBucket(Fake::bucketId(1));
    panel.show();
    now += 50ms; // too soon for the eye
    store.makeFrame();
    QVERIFY(texts(panel).contains(QStringLiteral("in 3.2 s: bucket exhausted")));
    now += 1150ms;
    store.makeFrame();
    QVERIFY(texts(panel).contains(QStringLiteral("in 2.0 s: bucket exhausted")));
}

void TestDetailPanel::asksForABucketAndTellsThatOneIsGone()
{
    Store store([this] { return now; });
    store.apply(batch());
    store.makeFrame();
    DetailPanel panel(&store);
    panel.show();
    QCOMPARE(panel.accessibleDescription(), QStringLiteral("Choose a bucket to see why it waits"));
    panel.setBucket(Fake::bucketId(2));
    QVERIFY(panel.accessibleDescription().startsWith(QStringLiteral("3 wait")));
    UpdateBatch removal;
    removal.at = now;
    removal.removed = {Fake::bucketId(2)};
    store.apply(removal);
    now += 1s;
    store.makeFrame();
    QCOMPARE(panel.accessibleDescription(), QStringLiteral("This bucket is gone"));
    panel.setBucket({});
    QCOMPARE(panel.accessibleDescription(), QStringLiteral("Choose a bucket to see why it waits"));
}

void TestDetailPanel::listsTheLatestTickets()
{
    Store store([this] { return now; });
    UpdateBatch update = batch();
    update.tickets = {ticket(1, TicketState::Available, 900ms),
        ticket(1, TicketState::Completed, 700ms, 200), ticket(2, TicketState::Available, 500ms),
        ticket(2, TicketState::Completed, 404ms, 429), ticket(3, TicketState::Available, 84ms)};
    for (quint64 number = 4; number < 8; ++number)
        update.tickets.push_back(ticket(number, TicketState::Queued, 80ms - number * 10ms));
    store.apply(update);
    store.makeFrame();
    DetailPanel panel(&store);
    panel.setBucket(Fake::bucketId(1));
    panel.show();
    auto *lines = panel.findChild<TicketLines *>();
    QCOMPARE(lines->text(),
        QStringLiteral("#7 queued\t10 ms\n#6 queued\t20 ms\nand 2 more queued\t40 ms\n"
                       "#3 granted\t84 ms\n#2 completed 429\t96 ms\n#1 completed 200\t200 ms\n"));
    QCOMPARE(lines->accessibleDescription(), lines->text());

    std::deque<TicketTry> many(300);
    for (TicketTry &one : many)
        one.grantedAt = now;
    lines->setTries(many, now);
    QCOMPARE(lines->text().count(QLatin1Char('\n')), qsizetype(TicketLines::most));
}

void TestDetailPanel::followsTheRange()
{
    Store store([this] { return now; });
    DetailPanel panel(&store);
    const auto plots = panel.findChildren<TracePlot *>();
    QCOMPARE(plots.size(), 2);
    QCOMPARE(plots[0]->accessibleName(), QStringLiteral("Tokens, last 30 s"));
    store.setRange(TimeRange::Minutes5);
    QCOMPARE(plots[0]->accessibleName(), QStringLiteral("Tokens, last 5 min"));
    store.setRange(TimeRange::Hour1);
    QCOMPARE(plots[1]->accessibleName(), QStringLiteral("Wait time, last hour"));
}

void TestDetailPanel::drawsEveryPeak()
{
    const PlotColumns values{std::nullopt, PlotRange{2, 2}, PlotRange{0, 1}, PlotRange{3, 4},
        std::nullopt, PlotRange{4, 4}};
    const TracePlot::Marks marks = TracePlot::marksOf(values, QRectF(0, 0, 60, 40), 4);
    const auto bar = [](qreal left, qreal high, qreal low) {
        return QRectF(left, high - 0.75, 10, low - high + 1.5);
    };
    QCOMPARE(marks.bars,
        (std::vector<QRectF>{bar(10, 20, 20), bar(20, 20, 40), bar(30, 0, 30), bar(50, 0, 0)}));
    QCOMPARE(marks.bridges, std::vector<QLineF>{QLineF(35, 0, 55, 0)});
    QVERIFY(TracePlot::marksOf(PlotColumns(3), QRectF(0, 0, 50, 40), 4).bars.empty());
}

void TestDetailPanel::tellsTheValueUnderThePointer()
{
    TracePlot plot(&Theme::green, [](float value) { return QString::number(value); });
    plot.resize(100, 60);
    plot.show();
    QCOMPARE(plot.accessibleDescription(), QString());
    PlotColumns values(100, PlotRange{3, 3});
    values[50] = PlotRange{1, 5};
    plot.setValues(values, 10s, 5);
    QCOMPARE(plot.remark(), QStringLiteral("up to 5"));
    QTest::mouseMove(&plot, {50, 40});
    QCOMPARE(plot.remark(), QStringLiteral("1 to 5, 4.9 s ago"));
    QTest::mouseMove(&plot, {99, 40});
    QCOMPARE(plot.remark(), QStringLiteral("3, 0 ms ago"));
}

void TestDetailPanel::fitsIntoLittleRoom()
{
    Store store([this] { return now; });
    store.apply(batch());
    store.makeFrame();
    DetailPanel panel(&store);
    panel.setBucket(Fake::bucketId(1));
    panel.resize(200, 150);
    panel.show();
    QCOMPARE(panel.size(), QSize(200, 150));
    QVERIFY(!panel.grab().isNull());
}

QTEST_MAIN(TestDetailPanel)
#include "tst_detailpanel.moc"
