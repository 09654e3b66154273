// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtGui/QFontMetricsF>
#include <QtWidgets/QStyledItemDelegate>

namespace Turnstile::Monitor {

struct BucketRow;
enum class RowState : quint8;
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
    void paintState(QPainter *painter, const QRectF &cell, RowState state) const;
    void paintRoute(QPainter *painter, const QRectF &cell, const BucketRow &row) const;
    void paintTokens(QPainter *painter, const QRectF &cell, const BucketRow &row) const;
    void paintReset(QPainter *painter, const QRectF &cell, const BucketRow &row) const;
    void paintTickets(QPainter *painter, const QRectF &cell, const BucketRow &row) const;

    // A font with its measures: to find them costs more than to draw a word.
    struct Face {
        explicit Face(const QFont &chosen);
        QFont font;
        QFontMetricsF metrics;
        qreal middle; // from the middle of a line to what letters stand on
    };
    static void write(QPainter *painter, const QRectF &rect, const QString &text, const Face &face,
        const QColor &color, Qt::Alignment alignment = Qt::AlignLeft);

    const Store *m_store;
    const Theme *m_theme;
    const Face m_body;
    const Face m_small;
    const Face m_label;
    const Face m_mono;
};

} // namespace Turnstile::Monitor
