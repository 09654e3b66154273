// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// turnstile-window-cost cells|frames: what the monitor's table takes, as a line of JSON. `cells`:
// the processor's time by the run time, while 112 visible rows of 9 cells change with every update.
// `frames`: milliseconds of a frame of the model alone, with 100 000 rows of which 1 000 change.

#include "monitor-app/models/BucketModel.h"
#include "monitor-app/models/BucketOrder.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/BucketView.h"
#include "monitor-app/views/Theme.h"

#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QRandomGenerator>
#include <QtWidgets/QApplication>

#include <algorithm>
#include <cstdio>
#include <ctime>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

namespace {

double processorSeconds()
{
    return double(std::clock()) / CLOCKS_PER_SEC;
}

Bucket changed(quint64 number, TimePoint now)
{
    auto &random = *QRandomGenerator::global();
    Bucket bucket;
    bucket.id = {number << BucketId::slotBits};
    bucket.name = QStringLiteral("GET /channels/%1/messages").arg(381870553235193857 + number);
    bucket.hash = "80c17d2f203122d936070c88c8d10f33";
    bucket.lanes = 1;
    bucket.state = random.bounded(2) == 0 ? BucketState::Open : BucketState::Exhausted;
    bucket.limit = 5;
    bucket.remaining = random.bounded(6);
    bucket.window = 5s;
    bucket.resetAt = now + milliseconds(random.bounded(100, 5000));
    bucket.queued = random.bounded(10);
    bucket.inFlight = random.bounded(5);
    bucket.granted = quint64(now.time_since_epoch() / 1ms);
    bucket.rateLimited = quint64(random.bounded(100));
    return bucket;
}

UpdateBatch batch(TimePoint now)
{
    UpdateBatch update;
    update.at = update.since = now;
    return update;
}

UpdateBatch everyBucket(int count, TimePoint now)
{
    UpdateBatch update = batch(now);
    for (int i = 1; i <= count; ++i)
        update.buckets.push_back(changed(quint64(i), now));
    update.events = count;
    return update;
}

double shareOfCells()
{
    constexpr int rows = 112;
    constexpr auto updateInterval = 33ms; // as a publisher sends them
    Store store;
    BucketView view(&store);
    view.setTheme(Theme::dark());
    view.resize(1300, (rows + 2) * Theme::rowHeight);
    view.show();
    store.setWatched(true);
    const auto clock = [] { return std::chrono::steady_clock::now(); };
    QTimer updates;
    updates.setTimerType(Qt::PreciseTimer);
    QObject::connect(&updates, &QTimer::timeout, &store,
        [&store, clock] { store.apply(everyBucket(rows, clock())); });
    updates.start(updateInterval);

    double busy = 0;
    TimePoint since;
    QTimer::singleShot(2s, &view, [&] { // the first is not like the others
        busy = processorSeconds();
        since = clock();
    });
    QTimer::singleShot(10s, &view, &QCoreApplication::quit);
    QCoreApplication::exec();
    return (processorSeconds() - busy) / std::chrono::duration<double>(clock() - since).count();
}

QJsonObject frames()
{
    constexpr int rows = 100'000;
    constexpr int changes = 1000;
    constexpr int count = 300;
    TimePoint now(1000s);
    Store store([&now] { return now; });
    BucketOrder order(&store);
    store.apply(everyBucket(rows, now));
    store.makeFrame();
    order.sort(BucketModel::TicketsColumn, Qt::DescendingOrder);

    std::vector<double> times;
    times.reserve(count);
    for (int frame = 0; frame < count; ++frame) {
        now += 16ms;
        UpdateBatch update = batch(now);
        for (int i = 0; i < changes; ++i)
            update.buckets.push_back(
                changed(quint64(QRandomGenerator::global()->bounded(rows)) + 1, now));
        update.events = changes;
        const double begin = processorSeconds();
        store.apply(update);
        store.makeFrame();
        times.push_back((processorSeconds() - begin) * 1000);
    }
    std::sort(times.begin(), times.end());
    return {{QStringLiteral("median"), times[times.size() / 2]},
        {QStringLiteral("low"), times.front()}, {QStringLiteral("high"), times.back()}};
}

} // namespace

int main(int argc, char **argv)
{
    const QApplication app(argc, argv);
    const QString what = QCoreApplication::arguments().value(1);
    QJsonObject result;
    if (what == QLatin1String("cells")) {
        result[QStringLiteral("share")] = shareOfCells();
    } else if (what == QLatin1String("frames")) {
        result = frames();
    } else {
        std::fputs("turnstile-window-cost cells|frames\n", stderr);
        return 2;
    }
    std::puts(QJsonDocument(result).toJson(QJsonDocument::Compact).constData());
    return 0;
}
