// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/TimeRange.h"
#include "ratelimit/core/Id.h"
#include "ratelimit/core/Time.h"

#include <QtWidgets/QWidget>

class QSettings;
class QSplitter;
class QTabWidget;

namespace Turnstile::Monitor {

class BucketView;
class DetailPanel;
class EventView;
class FigureStrip;
class Filter;
class Panel;
class ProcessView;
class Store;
class TimelineView;
class Veil;
struct Theme;

/// What is shown of a source: figures, buckets with the detail of the selected one, timeline,
/// event log and, where a token is shared, its processes. The parts agree on which bucket is
/// selected, and the timeline shows what the table does.
class MonitorPage : public QWidget {
    Q_OBJECT
public:
    explicit MonitorPage(Store *store, QWidget *parent = nullptr);
    ~MonitorPage() override;

    FigureStrip *figures() const { return m_figures; }
    BucketView *buckets() const { return m_buckets; }
    TimelineView *timeline() const { return m_timeline; }
    EventView *events() const { return m_events; }
    ProcessView *processes() const { return m_processes; }

    void setTheme(const Theme &theme);
    void setRange(TimeRange range);
    void setFilter(const Filter &filter);
    /// Greys everything: what is shown is old.
    void setStale(bool stale);
    void selectBucket(BucketId bucket);

    /// The sizes of the parts, and the columns.
    void save(QSettings *settings) const;
    void restore(const QSettings &settings);

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void chooseLanes();
    void showProcesses();
    void selectAnew();

    Store *m_store;
    FigureStrip *m_figures;
    BucketView *m_buckets;
    DetailPanel *m_detail;
    TimelineView *m_timeline;
    EventView *m_events;
    ProcessView *m_processes;
    QTabWidget *m_tabs;
    QSplitter *m_columns; // table and detail
    QSplitter *m_rows;    // those and the tabs
    Veil *m_veil;
    TimePoint m_chosenAt;
    BucketId m_selected; // before the last reset
    int m_tab = 0;       // that somebody chose last; it may not be there now
    bool m_isNew = true; // nothing was selected of this source yet
};

} // namespace Turnstile::Monitor
