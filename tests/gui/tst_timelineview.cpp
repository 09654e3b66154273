// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeTries.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/TimelineView.h"

#include <QtGui/QHelpEvent>
#include <QtTest/QtTest>
#include <QtWidgets/QScrollBar>
#include <QtWidgets/QToolTip>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// The timeline over a store on virtual time. TURNSTILE_PICTURES names a folder for what it shows.
class TestTimelineView : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();

    void hasALaneForEachBucketWithTickets();
    void keepsLanesInPlace();
    void saysThatThereIsNothing();
    void zoomsPansAndFollows();
    void standsWhileFrozen();
    void paintsOnlyWhatMoved();
    void choosesLanesAndTickets();
    void explainsATicket();
    void looksLikeTheMock_data();
    void looksLikeTheMock();
    void paintsManyTriesFast();

private:
    void apply(UpdateBatch batch)
    {
        batch.at = batch.since = now;
        store->apply(batch);
        store->makeFrame();
    }
    void showSome();
    void wheel(const QPointF &at, int turned)
    {
        QWheelEvent event(at, view->viewport()->mapToGlobal(at), {}, {0, turned}, Qt::NoButton,
            Qt::NoModifier, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(view->viewport(), &event);
    }
    QPoint pointOf(int lane, TimePoint at) const
    {
        const QSize size = view->viewport()->size();
        TimelinePicture picture;
        picture.resize(size);
        return {picture.chart().left() + view->window().x(at), picture.laneRect(lane).center().y()};
    }
    void save(const QString &name) const
    {
        const QString folder = qEnvironmentVariable("TURNSTILE_PICTURES");
        if (!folder.isEmpty())
            QVERIFY(view->grab().save(QStringLiteral("%1/timeline-%2.png").arg(folder, name)));
    }

    TimePoint now;
    std::unique_ptr<Store> store;
    std::unique_ptr<TimelineView> view;
};

void TestTimelineView::init()
{
    now = TimePoint(10'000s);
    view.reset();
    store = std::make_unique<Store>([this] { return now; });
    store->setWatched(true);
    view = std::make_unique<TimelineView>(store.get());
    view->resize(1270, 226);
    view->show();
}

// Two tickets in each of four buckets.
void TestTimelineView::showSome()
{
    UpdateBatch batch;
    for (quint64 bucket = 1; bucket <= 4; ++bucket) {
        batch.buckets.push_back(
            Fake::bucket(bucket, QStringLiteral("GET /channels/%1").arg(bucket)));
        Fake::tell(&batch, bucket * 10, bucket, now - 10s, {1s, 3s, 4s});
        Fake::tell(&batch, bucket * 10 + 1, bucket, now - 10s, {4s, 6s, 8s});
    }
    apply(batch);
}

void TestTimelineView::hasALaneForEachBucketWithTickets()
{
    showSome();
    QCOMPARE(view->lanes().size(), size_t(4));
    view->setBuckets({Fake::bucketId(3), Fake::bucketId(9), Fake::bucketId(1)});
    QCOMPARE(view->lanes(), std::vector<BucketId>({Fake::bucketId(3), Fake::bucketId(1)}));
    UpdateBatch batch;
    Fake::tell(&batch, 90, 9, now, {0s, {}, {}});
    now += 1s;
    apply(batch);
    QCOMPARE(view->lanes().size(), size_t(3));
    QCOMPARE(view->lanes()[1], Fake::bucketId(9));
}

void TestTimelineView::keepsLanesInPlace()
{
    showSome();
    const auto before = view->lanes();
    UpdateBatch batch;
    Fake::tell(&batch, 90, 9, now, {0s, {}, {}});
    Fake::tell(&batch, 91, before.back().number(), now, {0s, {}, {}});
    apply(batch);
    QCOMPARE(view->lanes(), before); // too soon
    now += 600ms;
    store->makeFrame();
    QCOMPARE(view->lanes().size(), size_t(5));
    QVERIFY(std::equal(before.begin(), before.end(), view->lanes().begin()));
    UpdateBatch other;
    other.reset = true;
    apply(other);
    QVERIFY(view->lanes().empty());
}

void TestTimelineView::saysThatThereIsNothing()
{
    save(QStringLiteral("empty"));
    const QImage empty = view->grab().toImage();
    showSome();
    QVERIFY(view->grab().toImage() != empty);
    now += 60s;
    store->makeFrame();
    save(QStringLiteral("idle"));
}

void TestTimelineView::zoomsPansAndFollows()
{
    showSome();
    const TimePoint middle = view->window().from() + 15s;
    wheel(pointOf(0, middle), 240);
    QVERIFY(view->window().span() < 20s);
    QVERIFY(!view->window().isFollowing());
    QVERIFY(std::abs(view->window().x(middle) - view->window().width() / 2) < 2);
    QTest::mouseDClick(view->viewport(), Qt::LeftButton, {}, pointOf(0, middle));
    QVERIFY(view->window().isFollowing());
    QCOMPARE(view->window().span(), 30s);
    view->setRange(TimeRange::Minutes5);
    QCOMPARE(view->window().span(), 300s);

    wheel(pointOf(0, now), 120 * 20);
    QVERIFY(view->window().span() < 10s); // at the right edge: it follows
    QVERIFY(view->window().isFollowing());
    const QPoint start = pointOf(0, middle) + QPoint(600, 0);
    QTest::mousePress(view->viewport(), Qt::LeftButton, {}, start);
    QMouseEvent move(QEvent::MouseMove, start + QPoint(100, 0),
        view->viewport()->mapToGlobal(start + QPoint(100, 0)), Qt::NoButton, Qt::LeftButton, {});
    QCoreApplication::sendEvent(view->viewport(), &move);
    QTest::mouseRelease(view->viewport(), Qt::LeftButton, {}, start + QPoint(100, 0));
    QCOMPARE(
        std::chrono::round<milliseconds>(100 * view->window().column()), view->window().behind());
    QTest::keyClick(view.get(), Qt::Key_End);
    QVERIFY(view->window().isFollowing());
    QTest::keyClick(view.get(), Qt::Key_Home);
    QVERIFY(std::abs(view->window().x(now - 9s)) <= 1);
    QTest::keyClick(view.get(), Qt::Key_Right);
    QVERIFY(view->window().x(now - 9s) < -1);
}

void TestTimelineView::standsWhileFrozen()
{
    showSome();
    const QImage before = view->grab().toImage();
    store->setFrozen(true);
    now += 5s;
    UpdateBatch batch;
    Fake::tell(&batch, 90, 9, now, {0s, {}, {}});
    store->apply(batch);
    QCOMPARE(view->grab().toImage(), before);
    store->setFrozen(false);
    QVERIFY(view->grab().toImage() != before);
}

void TestTimelineView::paintsOnlyWhatMoved()
{
    struct Counter : QObject {
        bool eventFilter(QObject *, QEvent *event) override
        {
            count += event->type() == QEvent::Paint ? 1 : 0;
            return false;
        }
        int count = 0;
    } painted;
    showSome();
    QCoreApplication::processEvents();
    view->viewport()->installEventFilter(&painted);
    store->makeFrame(); // no time has passed
    QCoreApplication::processEvents();
    QCOMPARE(painted.count, 0);
    now += 100ms;
    store->makeFrame();
    store->makeFrame();
    QCoreApplication::processEvents();
    QCOMPARE(painted.count, 1);
    QVERIFY(store->isFramePending()); // what is seen goes on moving

    now += 3h;
    store->makeFrame();
    QVERIFY(!store->isFramePending()); // and when nothing is, it does not
    view->hide();
    now += 1s;
    showSome();
    QCOMPARE(view->window().now(), now - 1s);
    view->show();
    QCOMPARE(view->window().now(), now);
}

void TestTimelineView::choosesLanesAndTickets()
{
    showSome();
    view->setBuckets({Fake::bucketId(1), Fake::bucketId(2), Fake::bucketId(3), Fake::bucketId(4)});
    QSignalSpy selected(view.get(), &TimelineView::bucketSelected);
    QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, pointOf(2, now - 9s));
    QCOMPARE(selected.count(), 1);
    QCOMPARE(view->selectedBucket(), Fake::bucketId(3));
    QVERIFY(view->accessibleDescription().startsWith(QStringLiteral("#30 GET /channels/3 · ")));
    view->setSelectedBucket(Fake::bucketId(1)); // somebody else did: no signal
    QCOMPARE(selected.count(), 1);
    QCOMPARE(view->accessibleDescription(), QStringLiteral("GET /channels/1, 2 ticket(s)"));
    QTest::keyClick(view.get(), Qt::Key_Down);
    QCOMPARE(view->selectedBucket(), Fake::bucketId(2));
    QCOMPARE(selected.count(), 2);
    QTest::keyClick(view.get(), Qt::Key_Left, Qt::ShiftModifier);
    QVERIFY(view->accessibleDescription().startsWith(QStringLiteral("#21 GET /channels/2 · ")));
    QTest::keyClick(view.get(), Qt::Key_Left, Qt::ShiftModifier);
    QTest::keyClick(view.get(), Qt::Key_Left, Qt::ShiftModifier);
    QVERIFY(view->accessibleDescription().startsWith(QStringLiteral("#20 ")));
    QTest::keyClick(view.get(), Qt::Key_Right, Qt::ShiftModifier);
    QVERIFY(view->accessibleDescription().startsWith(QStringLiteral("#21 ")));
    save(QStringLiteral("marked"));
}

void TestTimelineView::explainsATicket()
{
    showSome();
    const auto hover = [this](const QPoint &at) {
        QHelpEvent event(QEvent::ToolTip, at, view->viewport()->mapToGlobal(at));
        QCoreApplication::sendEvent(view->viewport(), &event);
        return QToolTip::text();
    };
    const QString text = hover(pointOf(0, now - 3s));
    QVERIFY2(text.contains(QStringLiteral("waited 2.0 s, then 2.0 s on its way · completed 200")),
        qPrintable(text));
    QVERIFY(hover({20, pointOf(0, now).y()}).contains(QStringLiteral("GET /channels/")));
}

void TestTimelineView::looksLikeTheMock_data()
{
    QTest::addColumn<bool>("isDark");
    QTest::addColumn<QString>("name");
    for (const char *name : {"live", "zoomed", "panned", "hour"}) {
        QTest::addRow("%s dark", name) << true << QString::fromLatin1(name);
        QTest::addRow("%s light", name) << false << QString::fromLatin1(name);
    }
}

void TestTimelineView::looksLikeTheMock()
{
    QFETCH(const bool, isDark);
    QFETCH(const QString, name);
    view->setTheme(isDark ? Theme::dark() : Theme::light());
    const char *names[] = {"POST /channels/41771983423143937/messages",
        "DELETE /channels/41771983423143937/messages/…", "GET /users/@me/guilds",
        "GET /guilds/197038439483310086/members", "PUT /channels/…/messages/…/reactions/…/@me"};
    UpdateBatch batch;
    quint32 random = 7;
    const auto next = [&random](int below) {
        random = random * 1664525u + 1013904223u;
        return int(random >> 16) % below;
    };
    std::vector<BucketId> buckets;
    quint64 number = 1;
    for (quint64 lane = 1; lane <= 5; ++lane) {
        batch.buckets.push_back(Fake::bucket(lane, QString::fromUtf8(names[lane - 1])));
        buckets.push_back(Fake::bucketId(lane));
        milliseconds at = 0ms;
        while (at < 30s) {
            const milliseconds granted = at + milliseconds(next(900));
            const milliseconds ended = granted + milliseconds(80 + next(350));
            const int kind = next(12);
            Fake::Life life{at, granted, ended, TicketState::Completed, 200};
            if (kind == 0)
                life.status = 429;
            else if (kind == 1)
                life = {at, {}, ended, TicketState::Cancelled};
            else if (kind == 2)
                life.state = TicketState::Lost;
            if (ended > 30s)
                life.ended.reset();
            if (granted > 30s)
                life.granted.reset();
            Fake::tell(&batch, number++, lane, now - 30s, life);
            at = lane == 4 ? at + 250ms : ended + milliseconds(next(300));
        }
    }
    RateLimitHit hit;
    hit.kind = LimitKind::Global;
    hit.retryAfter = 940ms;
    batch.hits.push_back({now - 5s, hit});
    batch.global = GlobalLimitInfo{50, 50, {}, now - 4060ms};
    apply(batch);
    for (const milliseconds ago : {9s, 7s, 2s}) {
        UpdateBatch reset;
        reset.buckets = {batch.buckets[0]};
        reset.buckets[0].resetAt = now - ago;
        apply(reset);
    }
    view->setBuckets(buckets);
    view->setSelectedBucket(buckets[1]);
    for (int i = 0; i < 5; ++i)
        QTest::keyClick(view.get(), Qt::Key_Plus);
    if (name == QLatin1String("panned"))
        QTest::keyClick(view.get(), Qt::Key_Left);
    for (int i = 0; name == QLatin1String("zoomed") && i < 8; ++i)
        wheel(pointOf(1, now - 3s), 120);
    if (name == QLatin1String("hour"))
        view->setRange(TimeRange::Minutes5);
    QVERIFY(!view->image().isNull());
    save(name + (isDark ? QStringLiteral("-dark") : QStringLiteral("-light")));
}

void TestTimelineView::paintsManyTriesFast()
{
    view->resize(1270, 1760);
    for (int part = 0; part < 4; ++part) {
        UpdateBatch batch;
        for (quint64 i = 0; i < 25'000; ++i) {
            const auto asked = milliseconds(qint64(i / 50) * 15 + part * 7'500);
            const quint64 number = quint64(part) * 25'000 + i + 1;
            Fake::tell(&batch, number, i % 50 + 1, now - 31s,
                {asked, asked + 300ms, asked + milliseconds(304 + i * 7 % 30),
                    TicketState::Completed, i % 97 == 0 ? 429 : 200});
        }
        apply(batch);
    }
    QCOMPARE(store->tickets().size(), size_t(100'000));
    QImage image(view->viewport()->size(), QImage::Format_RGB32);
    for (int seconds : {30, 5}) {
        for (int i = 0; seconds == 5 && i < 8; ++i)
            QTest::keyClick(view.get(), Qt::Key_Plus);
        QElapsedTimer timer;
        qint64 best = std::numeric_limits<qint64>::max();
        for (int i = 0; i < 5; ++i) {
            timer.start();
            view->viewport()->render(&image);
            best = std::min(best, timer.nsecsElapsed());
        }
        qInfo("50 lanes of 2000 tries, %d s: %.1f ms", seconds, double(best) / 1e6);
        QVERIFY(best < 2'000'000'000); // a debug build on a busy machine
        save(QStringLiteral("many-%1").arg(seconds));
    }
}

QTEST_MAIN(TestTimelineView)
#include "tst_timelineview.moc"
