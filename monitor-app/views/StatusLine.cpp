// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/StatusLine.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/models/Sharing.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/Theme.h"

#include <QtGui/QPainter>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLabel>

namespace Turnstile::Monitor {

namespace {
constexpr int widestConnection = 300;
constexpr int widestTrouble = 400;
} // namespace

StatusLine::StatusLine(const Store *store, QWidget *parent)
    : QWidget(parent)
    , m_store(store)
    , m_theme(&Theme::dark())
    , m_connection(new QLabel(this))
    , m_events(new QLabel(this))
    , m_dropped(new QLabel(this))
    , m_lag(new QLabel(this))
    , m_protocol(new QLabel(this))
    , m_note(new QLabel(this))
    , m_buckets(new QLabel(this))
{
    setAccessibleName(tr("Status"));
    setFixedHeight(Theme::statusHeight);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(Theme::padding, 0, Theme::padding, 0);
    layout->setSpacing(24);
    for (QLabel *label :
        {m_connection, m_events, m_dropped, m_lag, m_protocol, m_note, m_buckets}) {
        if (label == m_note)
            layout->addStretch();
        label->setFont(Theme::small());
        label->setTextFormat(Qt::PlainText);
        layout->addWidget(label);
    }
    m_protocol->hide();
    m_note->hide();
    m_events->setToolTip(tr("Changes in the bot's limiter, over the last five seconds"));
    m_dropped->setToolTip(tr("<p>States of tickets that were too many to be told. Figures and "
                             "buckets are right; the timeline and the log have gaps.</p>"));
    m_lag->setToolTip(tr("From a change in the bot until it was on the screen; the last one"));
    m_protocol->setToolTip(tr("The version of the protocol that the bot speaks"));
    connect(store, &Store::figuresChanged, this, &StatusLine::showFigures);
    connect(store, &Store::frozenChanged, this, &StatusLine::showNote);
    showFigures();
    setCounts(0, 0);
}

void StatusLine::setConnection(const QString &connection)
{
    m_where = connection;
    showConnection();
}

void StatusLine::setProtocol(const QString &version)
{
    m_protocol->setText(tr("protocol %1").arg(version));
    m_protocol->setVisible(!version.isEmpty());
}

void StatusLine::setCounts(int shown, int total)
{
    const QString all =
        total == 1 ? tr("1 bucket") : tr("%1 buckets").arg(Format::count(quint64(total)));
    m_buckets->setText(
        shown == total ? all : tr("%1 of %2").arg(Format::count(quint64(shown)), all));
    m_buckets->setToolTip(shown == total ? QString() : tr("The filter hides the others"));
}

void StatusLine::setStale(bool stale)
{
    m_stale = stale;
    showConnection();
    showNote();
}

void StatusLine::setTheme(const Theme &theme)
{
    m_theme = &theme;
    QPalette colors = theme.palette();
    colors.setColor(QPalette::WindowText, theme.dim);
    setPalette(colors);
    setColor(m_note, theme.amber);
    showFigures();
}

void StatusLine::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), m_theme->panel);
    painter.fillRect(0, 0, width(), 1, m_theme->border);
}

void StatusLine::showFigures()
{
    showConnection();
    const double events = m_store->figures().eventsPerSecond(m_store->now());
    m_events->setText(tr("%1 events/s").arg(Format::count(quint64(qRound64(events)))));
    m_dropped->setText(tr("%1 dropped").arg(Format::count(m_store->dropped())));
    setColor(m_dropped, m_store->dropped() > 0 ? m_theme->amber : m_theme->dim);
    m_lag->setText(tr("update lag %1 ms").arg(m_store->updateLag().count()));
}

// Who is connected to a process that is not connected itself is told so first.
void StatusLine::showConnection()
{
    const SharedState *shared = m_store->shared();
    const QString trouble = m_stale ? QString() : Sharing::connection(shared);
    const QString text = trouble.isEmpty() ? m_where : trouble;
    const QString shown = m_connection->fontMetrics().elidedText(
        text, Qt::ElideMiddle, trouble.isEmpty() ? widestConnection : widestTrouble);
    m_connection->setText(shown);
    m_connection->setToolTip(!trouble.isEmpty() ? m_where + u'\n' + shared->problem
            : shown == text                     ? QString()
                                                : text);
    setColor(m_connection, trouble.isEmpty() ? m_theme->dim : m_theme->amber);
}

void StatusLine::showNote()
{
    m_note->setText(m_stale ? tr("stale") : tr("frozen"));
    m_note->setVisible(m_stale || m_store->isFrozen());
}

void StatusLine::setColor(QLabel *label, const QColor &color)
{
    QPalette palette = label->palette();
    if (palette.color(QPalette::WindowText) == color)
        return;
    palette.setColor(QPalette::WindowText, color);
    label->setPalette(palette);
}

} // namespace Turnstile::Monitor
