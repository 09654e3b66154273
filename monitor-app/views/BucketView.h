// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"

#include <QtWidgets/QTableView>

class QSortFilterProxyModel;

namespace Turnstile::Monitor {

class BucketDelegate;
class BucketHeader;
class BucketModel;
class Store;
struct Theme;

/// The bucket table. Its columns are remembered in QSettings. When it is sorted, rows change places
/// once a second at most, so that they can be read.
class BucketView : public QTableView {
    Q_OBJECT
public:
    explicit BucketView(Store *store, QWidget *parent = nullptr);
    ~BucketView() override;

    void setTheme(const Theme &theme);

    void saveColumns() const;
    void restoreColumns();

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;

private:
    void fitRoutes(); ///< their column takes what the others leave
    void repaintWhatTimeMoves();
    void repaintResets(TimePoint since);
    void keepSorted();
    void updateColumn(int column);

    Store *m_store;
    BucketModel *m_model;
    QSortFilterProxyModel *m_proxy;
    BucketHeader *m_header;
    BucketDelegate *m_delegate;
    const Theme *m_theme;
    qint64 m_historySlot = 0;
    TimePoint m_sortedAt;
    TimePoint m_frameAt;
};

} // namespace Turnstile::Monitor
