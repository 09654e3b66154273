// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/StatusLine.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/Theme.h"

#include <QtGui/QPainter>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLabel>

namespace Turnstile::Monitor {

StatusLine::StatusLine(const Store *store, QWidget *parent)
    : QWidget(parent)
    , m_store(store)
    , m_theme(&Theme::dark())
    , m_connection(new QLabel(this))
    , m_events(new QLabel(this))
    , m_buckets(new QLabel(this))
    , m_lag(new QLabel(this))
{
    setAccessibleName(tr("Status"));
    setFixedHeight(Theme::statusHeight);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(Theme::padding, 0, Theme::padding, 0);
    layout->setSpacing(24);
    for (QLabel *label : {m_connection, m_events, m_buckets, m_lag}) {
        label->setFont(Theme::small());
        layout->addWidget(label);
    }
    layout->addStretch();
    connect(store, &Store::figuresChanged, this, &StatusLine::showFigures);
    showFigures();
}

void StatusLine::setConnection(const QString &connection)
{
    m_connection->setText(connection);
}

void StatusLine::setTheme(const Theme &theme)
{
    m_theme = &theme;
    QPalette colors = theme.palette();
    colors.setColor(QPalette::WindowText, theme.dim);
    setPalette(colors);
}

void StatusLine::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), m_theme->panel);
    painter.fillRect(0, 0, width(), 1, m_theme->border);
}

void StatusLine::showFigures()
{
    const double events = m_store->figures().eventsPerSecond(m_store->now());
    m_events->setText(tr("%1 events/s").arg(Format::count(quint64(qRound64(events)))));
    m_buckets->setText(tr("%n buckets", nullptr, m_store->bucketCount()));
    m_lag->setText(tr("update lag %1 ms").arg(m_store->updateLag().count()));
}

} // namespace Turnstile::Monitor
