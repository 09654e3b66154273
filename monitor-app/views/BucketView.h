// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Id.h"
#include "ratelimit/core/Time.h"

#include <QtCore/QHash>
#include <QtWidgets/QTableView>

#include <optional>
#include <vector>

namespace Turnstile::Monitor {

class BucketDelegate;
class BucketHeader;
class BucketOrder;
class Filter;
class Store;
struct BucketRow;
struct Theme;

/// The bucket table. Its columns are remembered in QSettings. When it is sorted, rows change places
/// once a second at most, so that they can be read.
///
/// Cells are painted again ten times a second at most, and only those whose rows have news; what
/// counts down by itself moves with every frame.
class BucketView : public QTableView {
    Q_OBJECT
public:
    explicit BucketView(Store *store, QWidget *parent = nullptr);
    ~BucketView() override;

    void setTheme(const Theme &theme);
    /// Shows the buckets that match. A filter that is not valid changes nothing.
    void setFilter(const Filter &filter);
    /// What is shown, in its order.
    const BucketOrder *order() const { return m_order; }

    std::optional<BucketId> selectedBucket() const;
    /// Selects a bucket and scrolls to it. One that is not shown changes nothing; the null id takes
    /// the selection away.
    void select(BucketId bucket);
    /// Puts what the selected row says on the clipboard.
    void copySelected() const;

    /// The menu to sort and to choose columns.
    void showColumnMenu(const QPoint &globalPosition);
    void saveColumns() const;
    void restoreColumns();

Q_SIGNALS:
    void bucketSelected(Turnstile::BucketId bucket); ///< null: none
    void contextMenuRequested(Turnstile::BucketId bucket, const QPoint &globalPosition);
    void countsChanged(int shown, int total); ///< rows that match, and all

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void selectionChanged(
        const QItemSelection &selected, const QItemSelection &deselected) override;
    void dataChanged(const QModelIndex &topLeft, const QModelIndex &bottomRight,
        const QList<int> &roles = {}) override;
    void rowsAboutToBeRemoved(const QModelIndex &parent, int start, int end) override;
    void reset() override;

private:
    void fitRoutes(); ///< their column takes what the others leave
    void tellSelection();
    void repaintWhatMoved();
    QRegion newsRegion();
    QRegion countdownRegion();
    bool isRenamed(const BucketRow &row);
    QRegion columnRegion(int column) const;
    QRect rowRect(int row) const;
    std::pair<int, int> visibleRows() const; ///< the first and behind the last

    Store *m_store;
    BucketOrder *m_order;
    BucketHeader *m_header;
    BucketDelegate *m_delegate;
    const Theme *m_theme;
    BucketId m_toldSelected;
    std::vector<int> m_news;          // visible rows with new values that were not painted
    QHash<BucketId, quint32> m_names; // of visible rows: how often they were renamed
    qint64 m_historySlot = 0;
    TimePoint m_frameAt;
    TimePoint m_newsAt;
};

} // namespace Turnstile::Monitor
