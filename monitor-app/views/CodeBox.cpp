// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/CodeBox.h"

#include "monitor-app/views/Button.h"
#include "monitor-app/views/Theme.h"

#include <QtCore/QTimer>
#include <QtGui/QClipboard>
#include <QtGui/QGuiApplication>
#include <QtWidgets/QHBoxLayout>

#include <chrono>

namespace Turnstile::Monitor {

CodeBox::CodeBox(const QString &code, QWidget *parent)
    : QLabel(code, parent)
    , m_copy(new Button(tr("Co&py"), this))
{
    setFont(Theme::code());
    setTextFormat(Qt::PlainText);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    const int lines = int(code.count(u'\n')) + 1;
    setMinimumHeight(lines * fontMetrics().lineSpacing() + 2 * Theme::padding + 2);
    m_copy->setAccessibleName(tr("Copy the code"));
    connect(m_copy, &Button::clicked, this, &CodeBox::copy);
    auto *inside = new QHBoxLayout(this);
    inside->setContentsMargins(0, 0, Theme::padding, 0);
    inside->addWidget(m_copy, 0, Qt::AlignRight | Qt::AlignVCenter);
}

void CodeBox::setTheme(const Theme &theme)
{
    setStyleSheet(theme.boxStyle(theme.panel, theme.border));
    m_copy->setTheme(theme);
}

void CodeBox::copy()
{
    QGuiApplication::clipboard()->setText(text() + u'\n');
    m_copy->setText(tr("Copied"));
    QTimer::singleShot(std::chrono::seconds(2), m_copy, [this] { m_copy->setText(tr("Co&py")); });
}

} // namespace Turnstile::Monitor
