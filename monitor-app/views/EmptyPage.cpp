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
    , m_text(new QLabel(tr("See how a limiter works with two bots that send real requests to a "
                           "server with Discord's limits, all in this process."),
          this))
{
    auto *title = new QLabel(tr("No bot is watched"), this);
    title->setFont(Theme::value());
    m_text->setFont(Theme::body());
    m_text->setWordWrap(true);
    m_text->setAlignment(Qt::AlignHCenter);
    m_text->setFixedWidth(460);
    auto *demo = new QPushButton(tr("Run the &demo"), this);
    demo->setFont(Theme::body());
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

void EmptyPage::setProblem(const QString &problem)
{
    m_text->setText(problem);
}

} // namespace Turnstile::Monitor
