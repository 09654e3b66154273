// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/EmptyPage.h"

#include "monitor-app/views/Theme.h"

#include <QtWidgets/QLabel>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

namespace Turnstile::Monitor {

EmptyPage::EmptyPage(QWidget *parent)
    : QWidget(parent)
    , m_text(new QLabel(this))
{
    auto *title = new QLabel(tr("No bot is watched"), this);
    title->setFont(Theme::value());
    m_text->setFont(Theme::body());
    m_text->setWordWrap(true);
    m_text->setAlignment(Qt::AlignHCenter);
    m_text->setFixedWidth(460);
    setText(tr("See how a limiter works with two bots that send real requests to a server with "
               "Discord's limits, all in this process."));
    auto *demo = new QPushButton(tr("Run the &demo"), this);
    demo->setFont(Theme::body());
    demo->setMinimumSize(140, 34);
    demo->setDefault(true);
    connect(demo, &QPushButton::clicked, this, &EmptyPage::demoRequested);
    setFocusProxy(demo);

    auto *layout = new QVBoxLayout(this);
    layout->setSpacing(Theme::padding);
    layout->addStretch(2);
    for (QWidget *widget : std::initializer_list<QWidget *>{title, m_text, demo})
        layout->addWidget(widget, 0, Qt::AlignHCenter);
    layout->addStretch(3);
}

void EmptyPage::setText(const QString &text)
{
    m_text->setText(text);
    m_text->setFixedHeight(m_text->heightForWidth(m_text->width())); // the layout does not ask
}

} // namespace Turnstile::Monitor
