// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TicketLines.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/views/Theme.h"

#include <QtGui/QClipboard>
#include <QtGui/QContextMenuEvent>
#include <QtGui/QGuiApplication>
#include <QtGui/QPainter>
#include <QtWidgets/QMenu>

#include <algorithm>

namespace Turnstile::Monitor {

namespace {
constexpr int mostWaiting = 2; // or a long queue would hide what has become of those before it

QString stateOf(const TicketTry &one)
{
    if (one.isEndUnknown())
        return TicketLines::tr("ended, unseen");
    switch (one.state) {
    case TicketState::Queued:
        return TicketLines::tr("queued");
    case TicketState::Available:
        return TicketLines::tr("granted");
    case TicketState::InFlight:
        return TicketLines::tr("in flight");
    case TicketState::Completed:
        return one.status > 0 ? TicketLines::tr("completed %1").arg(one.status)
                              : TicketLines::tr("completed");
    case TicketState::Lost:
        return TicketLines::tr("lost");
    case TicketState::TimedOut:
        return TicketLines::tr("timed out");
    case TicketState::Dropped:
        return TicketLines::tr("not sent");
    case TicketState::Cancelled:
        return TicketLines::tr("cancelled");
    case TicketState::Expired:
        return TicketLines::tr("expired");
    case TicketState::Rejected:
        break;
    }
    return TicketLines::tr("rejected");
}
} // namespace

TicketLines::TicketLines(QWidget *parent)
    : QWidget(parent)
    , m_theme(&Theme::dark())
{
    setAccessibleName(tr("Tickets"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

TicketLines::~TicketLines() = default;

TicketLines::Line TicketLines::lineOf(const TicketTry &one, TimePoint now)
{
    QString what = QStringLiteral("#%1 %2").arg(QString::number(one.ticket.number()), stateOf(one));
    if (one.grantedAt && one.attempt > 1)
        what = tr("%1, try %2").arg(what).arg(one.attempt);
    const milliseconds time = one.tookTime(now).value_or(one.waited(now));
    return {what, Format::duration(time), one.isRateLimited()};
}

void TicketLines::setTries(const std::deque<TicketTry> &tries, TimePoint now)
{
    std::vector<Line> lines;
    lines.reserve(std::min(tries.size(), most));
    int waiting = 0;
    size_t rest = 0; // the line that tells of all further ones that wait
    for (auto one = tries.rbegin(); one != tries.rend() && lines.size() < most; ++one) {
        if (one->grantedAt || one->endedAt || ++waiting <= mostWaiting) {
            lines.push_back(lineOf(*one, now));
            continue;
        }
        if (rest == 0) {
            rest = lines.size();
            lines.emplace_back();
        }
        lines[rest] = {tr("and %1 more queued").arg(waiting - mostWaiting),
            Format::duration(one->waited(now)), false};
    }
    if (lines == m_lines)
        return;
    m_lines = std::move(lines);
    setAccessibleDescription(text());
    update();
}

void TicketLines::setTheme(const Theme &theme)
{
    m_theme = &theme;
    update();
}

QString TicketLines::text() const
{
    QString text;
    for (const Line &line : m_lines)
        text += line.what + QLatin1Char('\t') + line.time + QLatin1Char('\n');
    return text;
}

QSize TicketLines::sizeHint() const
{
    return {300, 5 * Theme::lineHeight};
}

QSize TicketLines::minimumSizeHint() const
{
    return {80, 2 * Theme::lineHeight};
}

void TicketLines::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setFont(Theme::body());
    if (m_lines.empty()) {
        painter.setPen(m_theme->faint);
        painter.drawText(QRect(0, 0, width(), Theme::lineHeight),
            int(Qt::AlignLeft | Qt::AlignVCenter), tr("None yet"));
    }
    QRect row(0, 0, width(), Theme::lineHeight);
    for (const Line &line : m_lines) {
        if (row.bottom() > height())
            break;
        painter.setPen(m_theme->dim);
        painter.drawText(row, int(Qt::AlignLeft | Qt::AlignVCenter), line.what);
        painter.setPen(line.isAlarming ? m_theme->red : m_theme->text);
        painter.drawText(row, int(Qt::AlignRight | Qt::AlignVCenter), line.time);
        row.translate(0, Theme::lineHeight);
    }
}

void TicketLines::contextMenuEvent(QContextMenuEvent *event)
{
    QMenu menu(this);
    QAction *copy = menu.addAction(tr("&Copy tickets"));
    copy->setEnabled(!m_lines.empty());
    const QString all = text(); // as they were when the menu was opened
    connect(copy, &QAction::triggered, this, [all] { QGuiApplication::clipboard()->setText(all); });
    menu.exec(event->globalPos());
}

} // namespace Turnstile::Monitor
