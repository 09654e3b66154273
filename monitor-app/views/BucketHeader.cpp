// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/BucketHeader.h"

#include "monitor-app/models/BucketModel.h"
#include "monitor-app/views/Theme.h"

#include <QtGui/QContextMenuEvent>
#include <QtGui/QPainter>
#include <QtWidgets/QMenu>

namespace Turnstile::Monitor {

BucketHeader::BucketHeader(QWidget *parent)
    : QHeaderView(Qt::Horizontal, parent)
    , m_theme(&Theme::dark())
{
    setSectionsMovable(true);
    setSectionsClickable(true);
    setHighlightSections(false);
    setSortIndicatorClearable(true);
    setSortIndicatorShown(true);
    setSortIndicator(-1, Qt::AscendingOrder);
    setMinimumSectionSize(40);
    setFont(Theme::title());
    setAccessibleName(tr("Columns"));
}

void BucketHeader::setTheme(const Theme &theme)
{
    m_theme = &theme;
    viewport()->update();
}

QSize BucketHeader::sizeHint() const
{
    return {QHeaderView::sizeHint().width(), Theme::headerHeight};
}

void BucketHeader::paintEvent(QPaintEvent *event)
{
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), m_theme->panel);
    painter.fillRect(0, height() - 1, width(), 1, m_theme->border);
    painter.end();
    QHeaderView::paintEvent(event);
}

void BucketHeader::paintSection(QPainter *painter, const QRect &rect, int logicalIndex) const
{
    const QString title = model()->headerData(logicalIndex, Qt::Horizontal).toString();
    const bool right = BucketModel::isNumeric(logicalIndex);
    const bool sorted = sortIndicatorSection() == logicalIndex;
    QRectF area = QRectF(rect).adjusted(8, 0, -8, -1);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->fillRect(rect.adjusted(0, 0, 0, -1), m_theme->panel);
    painter->fillRect(rect.left(), rect.bottom(), rect.width(), 1, m_theme->border);
    painter->setFont(Theme::title());
    painter->setPen(sorted ? m_theme->text : m_theme->dim);
    painter->drawText(
        area, int(Qt::AlignVCenter | (right ? Qt::AlignRight : Qt::AlignLeft)), title);
    if (sorted) {
        const qreal width = QFontMetricsF(Theme::title()).horizontalAdvance(title);
        const qreal x = right ? area.right() - width - 9 : area.left() + width + 9;
        const qreal y = area.center().y();
        const qreal up = sortIndicatorOrder() == Qt::AscendingOrder ? -2 : 2;
        painter->setPen(QPen(m_theme->text, 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter->drawPolyline(
            QPolygonF({QPointF(x - 3, y - up), QPointF(x, y + up), QPointF(x + 3, y - up)}));
    }
    painter->restore();
}

void BucketHeader::contextMenuEvent(QContextMenuEvent *event)
{
    showMenu(event->globalPos());
}

void BucketHeader::showMenu(const QPoint &globalPosition)
{
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setPalette(m_theme->palette());

    QMenu *sort = menu->addMenu(tr("Sort by"));
    sort->setPalette(m_theme->palette());
    const auto addSort = [this, sort](const QString &title, int column) {
        QAction *action = sort->addAction(title);
        action->setCheckable(true);
        action->setChecked(sortIndicatorSection() == column);
        connect(action, &QAction::triggered, this, [this, column] {
            bool descending = BucketModel::startsHigh(column);
            if (sortIndicatorSection() == column)
                descending = sortIndicatorOrder() == Qt::AscendingOrder;
            setSortIndicator(column, descending ? Qt::DescendingOrder : Qt::AscendingOrder);
        });
    };
    addSort(tr("Order of appearance"), -1);
    for (int column = 0; column < count(); ++column)
        addSort(model()->headerData(column, Qt::Horizontal).toString(), column);

    menu->addSection(tr("Columns"));
    for (int visual = 0; visual < count(); ++visual) {
        const int column = logicalIndex(visual);
        QAction *action = menu->addAction(model()->headerData(column, Qt::Horizontal).toString());
        action->setCheckable(true);
        action->setChecked(!isSectionHidden(column));
        // One column always stays, or there is no way back.
        action->setEnabled(isSectionHidden(column) || count() - hiddenSectionCount() > 1);
        connect(action, &QAction::toggled, this,
            [this, column](bool on) { setSectionHidden(column, !on); });
    }
    menu->popup(globalPosition);
}

} // namespace Turnstile::Monitor
