// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/FilterPopup.h"

#include "monitor-app/views/Theme.h"

#include <QtWidgets/QHeaderView>
#include <QtWidgets/QScrollBar>

#include <algorithm>

namespace Turnstile::Monitor {

namespace {
constexpr int popupEdge = 5; // border and padding
constexpr int mostShown = 12;
} // namespace

FilterPopup::FilterPopup(QWidget *parent)
    : QTreeWidget(parent)
    , m_theme(&Theme::dark())
{
    setColumnCount(2);
    setHeaderHidden(true);
    setRootIsDecorated(false);
    setUniformRowHeights(true);
    setAllColumnsShowFocus(true);
    setFocusPolicy(Qt::NoFocus);
    viewport()->setFocusPolicy(Qt::NoFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    header()->setStretchLastSection(true);
    setFont(Theme::body());
    setAccessibleName(tr("Completions of the filter"));
    hide();
}

void FilterPopup::setTheme(const Theme &theme)
{
    m_theme = &theme;
    setPalette(theme.palette());
    setStyleSheet(
        QStringLiteral("QTreeWidget { background: %1; border: 1px solid %2;"
                       "border-radius: %3px; padding: %4px 0; outline: 0; }"
                       "QTreeWidget::item { height: %5px; padding: 0 8px; border: 0; }"
                       "QTreeWidget::item:selected { background: %6; color: %7; }"
                       "QTreeWidget::branch { background: transparent; }")
            .arg(theme.raised.name(), theme.border.name(), QString::number(Theme::buttonRadius),
                QString::number(popupEdge - 1), QString::number(Theme::lineHeight),
                theme.selection.name(), theme.text.name()));
    verticalScrollBar()->setStyleSheet(theme.scrollBarStyle());
}

void FilterPopup::setCandidates(const QList<Filter::Completion::Candidate> &candidates)
{
    clear();
    for (const Filter::Completion::Candidate &candidate : candidates) {
        auto *item = new QTreeWidgetItem(this, {candidate.text, candidate.description});
        item->setForeground(0, m_theme->text);
        item->setForeground(1, m_theme->dim);
        item->setFont(1, Theme::small());
    }
    for (int column = 0; column < columnCount(); ++column)
        resizeColumnToContents(column);
}

void FilterPopup::choose(int candidate)
{
    setCurrentItem(topLevelItem(candidate));
}

void FilterPopup::chooseNext(int step)
{
    const int count = topLevelItemCount();
    const int from = chosen() < 0 && step < 0 ? 0 : chosen();
    choose((from + step + count) % count);
}

QSize FilterPopup::sizeHint() const
{
    const int rows = std::min(topLevelItemCount(), mostShown);
    return {sizeHintForColumn(0) + sizeHintForColumn(1) + 2 * popupEdge,
        rows * Theme::lineHeight + 2 * popupEdge};
}

} // namespace Turnstile::Monitor
