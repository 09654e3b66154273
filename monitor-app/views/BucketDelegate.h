// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtWidgets/QStyledItemDelegate>

namespace Turnstile::Monitor {

struct BucketRow;
struct Theme;
class Store;

/// Paints the cells of the bucket table: pips, lanes, bars, sparklines and words.
class BucketDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    explicit BucketDelegate(const Store *store, QObject *parent = nullptr);

    void setTheme(const Theme &theme) { m_theme = &theme; }

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
        const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

private:
    void paintCell(QPainter *painter, const QRectF &cell, const BucketRow &row, int column) const;
    void paintRoute(QPainter *painter, const QRectF &cell, const BucketRow &row) const;
    void paintTokens(QPainter *painter, const QRectF &cell, const BucketRow &row) const;
    void paintReset(QPainter *painter, const QRectF &cell, const BucketRow &row) const;
    void paintTickets(QPainter *painter, const QRectF &cell, const BucketRow &row) const;

    const Store *m_store;
    const Theme *m_theme;
};

} // namespace Turnstile::Monitor
