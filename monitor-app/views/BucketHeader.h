// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtWidgets/QHeaderView>

namespace Turnstile::Monitor {

struct Theme;

/// The titles of the bucket table. Columns can be moved, sized and, from its menu, hidden.
class BucketHeader : public QHeaderView {
    Q_OBJECT
public:
    explicit BucketHeader(QWidget *parent = nullptr);

    void setTheme(const Theme &theme);
    /// The menu to sort and to choose columns, also for the keyboard.
    void showMenu(const QPoint &globalPosition);

    QSize sizeHint() const override;

protected:
    void paintSection(QPainter *painter, const QRect &rect, int logicalIndex) const override;
    void paintEvent(QPaintEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;

private:
    const Theme *m_theme;
};

} // namespace Turnstile::Monitor
