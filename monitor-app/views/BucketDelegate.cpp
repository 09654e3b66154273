// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/BucketDelegate.h"

#include "monitor-app/models/BucketModel.h"
#include "monitor-app/models/Format.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/Paint.h"

#include <QtGui/QPainter>

namespace Turnstile::Monitor {

namespace {
constexpr qreal inset = 8; // as wide as the header's
} // namespace

BucketDelegate::BucketDelegate(const Store *store, QObject *parent)
    : QStyledItemDelegate(parent)
    , m_store(store)
    , m_theme(&Theme::dark())
    , m_body(Theme::body())
    , m_small(Theme::small())
    , m_label(Theme::label())
    , m_mono(Theme::mono())
{
}

BucketDelegate::Face::Face(const QFont &chosen)
    : font(chosen)
    , metrics(font)
    , middle((metrics.ascent() - metrics.descent()) / 2)
{
}

void BucketDelegate::write(QPainter *painter, const QRectF &rect, const QString &text,
    const Face &face, const QColor &color, Qt::Alignment alignment)
{
    const qreal left = alignment == Qt::AlignRight
        ? rect.right() - face.metrics.horizontalAdvance(text)
        : rect.left();
    painter->setFont(face.font);
    painter->setPen(color);
    painter->drawText(QPointF(left, rect.center().y() + face.middle), text);
}

void BucketDelegate::paint(
    QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const BucketRow *row = BucketModel::rowOf(index);
    if (!row)
        return;
    painter->save();
    painter->setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
    const QRectF cell = option.rect;
    if (option.state & QStyle::State_Selected)
        painter->fillRect(cell, m_theme->selection);
    painter->fillRect(QRectF(cell.left(), cell.bottom() - 1, cell.width(), 1), m_theme->separator);
    painter->setClipRect(cell);
    paintCell(painter, cell.adjusted(inset, 0, -inset, -1), *row, index.column());
    painter->restore();
}

QSize BucketDelegate::sizeHint(const QStyleOptionViewItem &, const QModelIndex &) const
{
    return {80, Theme::rowHeight};
}

void BucketDelegate::paintCell(
    QPainter *painter, const QRectF &cell, const BucketRow &row, int column) const
{
    switch (column) {
    case BucketModel::StateColumn:
        paintState(painter, cell, row.state(m_store->now()));
        break;
    case BucketModel::RouteColumn:
        paintRoute(painter, cell, row);
        break;
    case BucketModel::HashColumn:
        write(painter, cell, row.shortHash, m_mono, m_theme->dim);
        break;
    case BucketModel::TokensColumn:
        paintTokens(painter, cell, row);
        break;
    case BucketModel::ResetColumn:
        paintReset(painter, cell, row);
        break;
    case BucketModel::TicketsColumn:
        paintTickets(painter, cell, row);
        break;
    case BucketModel::GrantedColumn: {
        const QRectF area(cell.left(), cell.center().y() - 9, cell.width() - inset, 18);
        const History::Values values = row.grants.perSecond(m_store->now());
        Paint::line(painter, sparkline(area, values, 2), m_theme->blue);
        break;
    }
    case BucketModel::WaitColumn:
        write(painter, cell, Format::duration(row.waitP95), m_body,
            row.waitP95 ? m_theme->text : m_theme->faint, Qt::AlignRight);
        break;
    case BucketModel::RateLimitedColumn:
        write(painter, cell, Format::count(row.bucket.rateLimited), m_body,
            row.bucket.rateLimited > 0 ? m_theme->red : m_theme->faint, Qt::AlignRight);
        break;
    }
}

void BucketDelegate::paintState(QPainter *painter, const QRectF &cell, RowState state) const
{
    Paint::dot(painter, {cell.left() + 4, cell.center().y()}, m_theme->stateColor(state));
    const QRectF area = cell.adjusted(15, 0, 0, 0);
    const QString name = stateName(state);
    const bool isRoomy = m_body.metrics.horizontalAdvance(name) <= area.width();
    write(painter, area, isRoomy ? name : shortStateName(state), m_body, m_theme->text);
}

void BucketDelegate::paintRoute(QPainter *painter, const QRectF &cell, const BucketRow &row) const
{
    const qreal left = m_label.metrics.horizontalAdvance(row.method) + 4;
    QRectF area = cell;
    area.moveTop(cell.top() + m_body.middle - m_label.middle); // on one line
    write(painter, area, row.method, m_label, m_theme->methodColor(row.method));
    write(painter, cell.adjusted(left, 0, 0, 0),
        m_body.metrics.elidedText(row.path, Qt::ElideMiddle, cell.width() - left), m_body,
        m_theme->text);
}

void BucketDelegate::paintTokens(QPainter *painter, const QRectF &cell, const BucketRow &row) const
{
    const auto tokens = row.tokens(m_store->now());
    if (!tokens) {
        write(painter, cell, tr("unknown"), m_body, m_theme->faint);
        return;
    }
    const PipLayout layout = layoutTokens(cell, *tokens, *row.bucket.limit);
    Paint::pips(painter, layout, m_theme->green, m_theme->track);
    write(painter, layout.text, QStringLiteral("%1/%2").arg(*tokens).arg(*row.bucket.limit),
        m_small, m_theme->dim);
}

void BucketDelegate::paintReset(QPainter *painter, const QRectF &cell, const BucketRow &row) const
{
    const double left = row.waitLeft(m_store->now());
    const BarLayout layout = layoutReset(cell, left);
    Paint::bar(painter, layout.track, left, m_theme->amber, m_theme->track);
    write(painter, layout.text, Format::countdown(row.resetsIn(m_store->now())), m_small,
        m_theme->dim);
}

void BucketDelegate::paintTickets(QPainter *painter, const QRectF &cell, const BucketRow &row) const
{
    const int queued = row.bucket.queued;
    const PipLayout layout = layoutTickets(cell, row.bucket.inFlight, queued);
    Paint::pips(painter, layout, m_theme->blue, m_theme->queued);
    if (queued > 0)
        write(painter, layout.text, tr("%1 queued").arg(Format::count(quint64(queued))), m_small,
            m_theme->dim);
}

} // namespace Turnstile::Monitor
