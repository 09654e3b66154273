// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/ShortcutsDialog.h"

#include "monitor-app/views/Theme.h"

#include <QtGui/QKeyEvent>
#include <QtWidgets/QGridLayout>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLabel>
#include <QtWidgets/QScrollArea>
#include <QtWidgets/QScrollBar>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

namespace Turnstile::Monitor {

namespace {
QWidget *keyCaps(const QString &keys, const Theme &theme)
{
    auto *caps = new QWidget;
    auto *layout = new QHBoxLayout(caps);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    for (const QString &key : keys.split(QStringLiteral(", "))) {
        auto *cap = new QLabel(key);
        cap->setTextFormat(Qt::PlainText);
        cap->setFont(Theme::small());
        cap->setStyleSheet(QStringLiteral("background: %1; color: %2; border: 1px solid %3;"
                                          "border-radius: 4px; padding: 2px 6px;")
                               .arg(theme.raised.name(), theme.text.name(), theme.border.name()));
        cap->ensurePolished(); // the style changes its size
        layout->addWidget(cap);
    }
    layout->addStretch();
    return caps;
}

QWidget *tableOf(const std::vector<ShortcutsDialog::Entry> &entries, const Theme &theme)
{
    auto *table = new QWidget;
    auto *grid = new QGridLayout(table);
    grid->setContentsMargins(24, 12, 24, 20);
    grid->setHorizontalSpacing(28);
    grid->setVerticalSpacing(7);
    grid->setColumnStretch(1, 1);
    QPalette dim = theme.palette();
    dim.setColor(QPalette::WindowText, theme.dim);
    QString section;
    for (const ShortcutsDialog::Entry &entry : entries) {
        int row = grid->rowCount();
        if (entry.section != section) {
            section = entry.section;
            auto *title = new QLabel(section);
            title->setFont(Theme::label());
            title->setPalette(dim);
            title->setContentsMargins(0, 8, 0, 0);
            grid->addWidget(title, row++, 0, 1, 2);
        }
        auto *what = new QLabel(entry.what);
        what->setTextFormat(Qt::PlainText);
        QWidget *caps = keyCaps(entry.keys, theme);
        caps->setAccessibleName(entry.keys);
        grid->addWidget(caps, row, 0);
        grid->addWidget(what, row, 1);
    }
    grid->setRowStretch(grid->rowCount(), 1);
    return table;
}
} // namespace

ShortcutsDialog::ShortcutsDialog(
    const std::vector<Entry> &entries, const Theme &theme, QWidget *parent)
    : QDialog(parent)
{
    setWindowTitle(tr("Keyboard shortcuts"));
    setFont(Theme::body());
    setPalette(theme.palette());
    auto *scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(tableOf(entries, theme));
    scroll->verticalScrollBar()->setStyleSheet(theme.scrollBarStyle());
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(scroll);
    const QSize size = scroll->widget()->sizeHint();
    resize(std::max(420, size.width() + 16), std::min(640, size.height()));
}

void ShortcutsDialog::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_F1 || event->key() == Qt::Key_Question)
        accept();
    else
        QDialog::keyPressEvent(event);
}

} // namespace Turnstile::Monitor
