// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/MonitorPage.h"

#include "monitor-app/models/BucketOrder.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/BucketView.h"
#include "monitor-app/views/DetailPanel.h"
#include "monitor-app/views/EventView.h"
#include "monitor-app/views/FigureStrip.h"
#include "monitor-app/views/Panel.h"
#include "monitor-app/views/ProcessView.h"
#include "monitor-app/views/Theme.h"
#include "monitor-app/views/TimelineView.h"
#include "monitor-app/views/Veil.h"

#include <QtCore/QSettings>
#include <QtWidgets/QSplitter>
#include <QtWidgets/QTabBar>
#include <QtWidgets/QTabWidget>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

namespace Turnstile::Monitor {

namespace {
constexpr size_t mostLanes = 50;
constexpr size_t mostCandidates = 400; // that the lanes are chosen from
constexpr int detailWidth = 326;

QSplitter *makeSplitter(Qt::Orientation orientation, QWidget *parent)
{
    auto *splitter = new QSplitter(orientation, parent);
    splitter->setHandleWidth(Theme::gap);
    splitter->setChildrenCollapsible(false);
    return splitter;
}
} // namespace

MonitorPage::MonitorPage(Store *store, QWidget *parent)
    : QWidget(parent)
    , m_store(store)
    , m_figures(new FigureStrip(store, this))
    , m_buckets(new BucketView(store, this))
    , m_detail(new DetailPanel(store, this))
    , m_timeline(new TimelineView(store, this))
    , m_events(new EventView(store, this))
    , m_processes(new ProcessView(store, this))
    , m_tabs(new QTabWidget(this))
    , m_columns(makeSplitter(Qt::Horizontal, this))
    , m_rows(makeSplitter(Qt::Vertical, this))
    , m_veil(new Veil(this))
{
    m_tabs->setDocumentMode(true);
    m_tabs->tabBar()->setDrawBase(false);
    m_tabs->setFont(Theme::title());
    m_tabs->setAccessibleName(tr("Timeline and events"));
    m_tabs->addTab(m_timeline, tr("Timeline"));
    m_tabs->addTab(m_events, tr("Events"));
    m_tabs->addTab(m_processes, {});
    showProcesses();

    m_detail->setMinimumWidth(260);
    m_columns->addWidget(new Panel(m_buckets, this));
    m_columns->addWidget(m_detail);
    m_columns->setStretchFactor(0, 1);
    m_columns->setStretchFactor(1, 0);
    m_columns->setSizes({1080, detailWidth});
    m_rows->addWidget(m_columns);
    m_rows->addWidget(new Panel(m_tabs, this));
    m_rows->setStretchFactor(0, 1);
    m_rows->setStretchFactor(1, 0);
    m_rows->setSizes({500, 240});

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(Theme::padding, Theme::gap, Theme::padding, Theme::gap);
    layout->setSpacing(Theme::gap);
    layout->addWidget(m_figures);
    layout->addWidget(m_rows, 1);
    m_veil->raise();

    connect(m_processes, &ProcessView::countChanged, this, &MonitorPage::showProcesses);
    connect(m_tabs, &QTabWidget::currentChanged, this, [this](int tab) { m_tab = tab; });
    connect(m_buckets, &BucketView::bucketSelected, this, [this](BucketId bucket) {
        if (bucket.isNull() && m_store->find(m_detail->bucket()))
            return; // the filter hides it, and it is still worth reading
        m_detail->setBucket(bucket);
        m_timeline->setSelectedBucket(bucket);
    });
    connect(m_timeline, &TimelineView::bucketSelected, this, &MonitorPage::selectBucket);
    connect(m_events, &EventView::bucketSelected, this, &MonitorPage::selectBucket);
    connect(m_buckets, &BucketView::countsChanged, this, [this](int shown) {
        if (shown > 0 && std::exchange(m_isNew, false))
            selectAnew();
        else if (!m_buckets->selectedBucket()
            && m_buckets->order()->rowOfBucket(m_detail->bucket()) >= 0)
            m_buckets->select(m_detail->bucket()); // the filter shows it again
    });
    connect(store, &Store::aboutToBeReset, this, [this] {
        m_selected = m_buckets->selectedBucket().value_or(m_selected);
        m_isNew = true;
        m_chosenAt = {};
    });
    connect(store, &Store::frameMade, this, &MonitorPage::chooseLanes);
}

MonitorPage::~MonitorPage() = default;

void MonitorPage::setTheme(const Theme &theme)
{
    m_figures->setTheme(theme);
    m_buckets->setTheme(theme);
    m_detail->setTheme(theme);
    m_timeline->setTheme(theme);
    m_events->setTheme(theme);
    m_processes->setTheme(theme);
    m_veil->setTheme(theme);
    m_tabs->tabBar()->setStyleSheet(theme.tabStyle());
    for (Panel *panel : findChildren<Panel *>())
        panel->setTheme(theme);
}

void MonitorPage::setRange(TimeRange range)
{
    m_figures->setRange(range);
    m_detail->setRange(range);
    m_timeline->setRange(range);
}

void MonitorPage::setFilter(const Filter &filter)
{
    m_buckets->setFilter(filter);
    m_chosenAt = {};
    chooseLanes();
}

void MonitorPage::setStale(bool stale)
{
    m_veil->setVisible(stale);
}

void MonitorPage::selectBucket(BucketId bucket)
{
    m_buckets->select(bucket);
}

// What was selected before everything was told anew, or the first, so that there is something to
// read.
void MonitorPage::selectAnew()
{
    const BucketOrder *order = m_buckets->order();
    m_buckets->select(order->rowOfBucket(m_selected) >= 0 ? m_selected : order->bucketIdAt(0));
}

void MonitorPage::save(QSettings *settings) const
{
    settings->setValue(QStringLiteral("window/columns"), m_columns->saveState());
    settings->setValue(QStringLiteral("window/rows"), m_rows->saveState());
    settings->setValue(QStringLiteral("window/tab"), m_tab);
    m_buckets->saveColumns();
}

void MonitorPage::restore(const QSettings &settings)
{
    m_columns->restoreState(settings.value(QStringLiteral("window/columns")).toByteArray());
    m_rows->restoreState(settings.value(QStringLiteral("window/rows")).toByteArray());
    m_tab =
        std::clamp(settings.value(QStringLiteral("window/tab")).toInt(), 0, m_tabs->count() - 1);
    showProcesses();
    m_buckets->restoreColumns();
}

// Their tab is there where a token is shared; who has chosen it gets it back then.
void MonitorPage::showProcesses()
{
    const int tab = m_tabs->indexOf(m_processes);
    const std::optional<int> count = m_processes->count();
    if (count)
        m_tabs->setTabText(tab, count > 0 ? tr("Processes (%1)").arg(*count) : tr("Processes"));
    const QSignalBlocker blocker(m_tabs); // nobody chooses here
    m_tabs->setTabVisible(tab, count.has_value());
    m_tabs->setCurrentIndex(m_tab != tab || count ? m_tab : 0);
}

void MonitorPage::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    m_veil->setGeometry(rect());
}

// Of the buckets that had tickets lately those that the table shows, in its order; once a second.
void MonitorPage::chooseLanes()
{
    if (m_store->now() - m_chosenAt < std::chrono::seconds(1) && m_store->now() >= m_chosenAt)
        return;
    m_chosenAt = m_store->now();
    std::vector<std::pair<int, BucketId>> lanes;
    for (BucketId bucket : m_store->tickets().latest(mostCandidates)) {
        if (const int row = m_buckets->order()->rowOfBucket(bucket); row >= 0)
            lanes.emplace_back(row, bucket);
    }
    std::sort(lanes.begin(), lanes.end());
    lanes.resize(std::min(lanes.size(), mostLanes));
    std::vector<BucketId> buckets;
    buckets.reserve(lanes.size());
    for (const auto &lane : lanes)
        buckets.push_back(lane.second);
    m_timeline->setBuckets(std::move(buckets));
}

} // namespace Turnstile::Monitor
