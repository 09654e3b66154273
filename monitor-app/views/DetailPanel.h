// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/TimeRange.h"
#include "ratelimit/core/Id.h"

#include <QtWidgets/QWidget>

class QBoxLayout;
class QLabel;
class QScrollArea;

namespace Turnstile::Monitor {

class Store;
class TextLines;
class TicketLines;
class TracePlot;
struct BucketRow;
struct Theme;

/// All about one bucket: why its requests wait and until when, in words and in numbers, its tokens
/// and waits over time, and its latest tickets.
///
/// Follows the store's range of time. Reads it ten times a second at most, and writes what changed.
class DetailPanel : public QWidget {
    Q_OBJECT
public:
    explicit DetailPanel(Store *store, QWidget *parent = nullptr);
    ~DetailPanel() override;

    /// Which bucket is shown; none: the panel asks for one.
    void setBucket(BucketId bucket);
    BucketId bucket() const { return m_bucket; }
    void setRange(TimeRange range);
    void setTheme(const Theme &theme);

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    QWidget *makePage();
    TextLines *addRow(QBoxLayout *rows, const QString &name, int lines = 1);
    void refresh();
    void showMessage(const QString &text);
    void writeRows(const BucketRow &row);
    void writeSharing(const BucketRow &row);
    void drawPlots(const BucketRow &row);

    Store *m_store;
    BucketId m_bucket;
    TimeRange m_range = TimeRange::Seconds30;
    QLabel *m_message;
    QScrollArea *m_page;
    TextLines *m_title;
    TextLines *m_story;
    TextLines *m_hash = nullptr;
    TextLines *m_major = nullptr;
    TextLines *m_shared = nullptr;
    TextLines *m_limit = nullptr;
    TextLines *m_load = nullptr;
    TextLines *m_next = nullptr;
    TextLines *m_holders = nullptr; // where processes share
    TextLines *m_waiting = nullptr;
    QWidget *m_sharing = nullptr; // those two
    TracePlot *m_tokens;
    TracePlot *m_waits;
    TicketLines *m_tickets;
    std::vector<QLabel *> m_dimLabels;
    const Theme *m_theme;
};

} // namespace Turnstile::Monitor
