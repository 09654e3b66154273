// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/StateBanner.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/views/Button.h"
#include "monitor-app/views/Paint.h"

#include <QtGui/QAccessible>
#include <QtGui/QPainter>

#include <algorithm>

namespace Turnstile::Monitor {

StateBanner::StateBanner(QWidget *parent)
    : QWidget(parent)
    , m_theme(&Theme::dark())
    , m_button(new Button({}, this))
    , m_dismiss(new Button({}, this))
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_dismiss->setMark(Button::Mark::Cross);
    m_dismiss->setFlat(true);
    m_dismiss->setAccessibleName(tr("Dismiss"));
    m_dismiss->setToolTip(tr("Dismiss"));
    connect(m_button, &Button::clicked, this, &StateBanner::press);
    connect(m_dismiss, &Button::clicked, this, [this] { set(Notice, {}); });
    m_noticeEnds.setSingleShot(true);
    connect(&m_noticeEnds, &QTimer::timeout, this, [this] { set(Notice, {}); });
    hide();
}

void StateBanner::setConnecting(const QString &to)
{
    set(Connection, {tr("Connecting to %1…").arg(to), Tone::Warning});
}

void StateBanner::setLost(const QString &reason, std::chrono::seconds age)
{
    const QString dot = reason.endsWith(u'.') ? QString() : QStringLiteral(".");
    set(Connection,
        {tr("Reconnecting: %1%2 What you see is %3 old.").arg(reason, dot, Format::age(age)),
            Tone::Warning});
}

void StateBanner::setFailed(const QString &what, const QString &reason, bool canRetry)
{
    set(Connection,
        {tr("%1: %2").arg(what, reason), Tone::Error, canRetry ? Offer::Retry : Offer::Connect});
}

void StateBanner::clearConnection()
{
    set(Connection, {});
}

void StateBanner::setFrozen(std::chrono::seconds age)
{
    set(Frozen,
        {tr("The view has been frozen for %1. Data keeps coming in.").arg(Format::age(age)),
            Tone::Warning, Offer::Resume});
}

void StateBanner::clearFrozen()
{
    set(Frozen, {});
}

void StateBanner::setTruncated(const QString &text)
{
    set(Truncated, {text, Tone::Info});
}

void StateBanner::showNotice(const QString &text, Tone tone, std::chrono::milliseconds duration)
{
    m_noticeEnds.stop();
    m_noticeLeft = duration;
    set(Notice, {text, tone});
}

QString StateBanner::text() const
{
    return shown().text;
}

void StateBanner::setTheme(const Theme &theme)
{
    m_theme = &theme;
    m_button->setTheme(theme);
    m_dismiss->setTheme(theme);
    update();
}

QSize StateBanner::sizeHint() const
{
    return {400, Theme::bannerHeight};
}

QSize StateBanner::minimumSizeHint() const
{
    return {200, Theme::bannerHeight};
}

void StateBanner::paintEvent(QPaintEvent *)
{
    const Line &line = shown();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), m_theme->tinted(color(line.tone)));
    painter.fillRect(0, height() - 1, width(), 1, m_theme->border);
    Paint::dot(&painter, {Theme::padding + 17.0, height() / 2.0 - 0.5}, color(line.tone));
    const int left = Theme::padding + 28;
    const int right =
        m_button->isHidden() ? m_dismiss->isHidden() ? width() : m_dismiss->x() : m_button->x();
    painter.setFont(Theme::body());
    painter.setPen(m_theme->text);
    const QRect area(left, 0, std::max(0, right - left - Theme::padding), height() - 1);
    painter.drawText(area, int(Qt::AlignLeft | Qt::AlignVCenter),
        painter.fontMetrics().elidedText(line.text, Qt::ElideRight, area.width()));
}

void StateBanner::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    place();
}

const StateBanner::Line &StateBanner::shown() const
{
    const auto line = std::find_if(
        m_lines.begin(), m_lines.end(), [](const Line &one) { return !one.text.isEmpty(); });
    return line == m_lines.end() ? m_lines.back() : *line;
}

void StateBanner::set(Kind kind, const Line &line)
{
    m_lines[kind] = line;
    showLine();
}

void StateBanner::showLine()
{
    const Line &line = shown();
    const bool isNotice = &line == &m_lines[Notice] && !line.text.isEmpty();
    if (!isNotice && m_noticeEnds.isActive()) {
        m_noticeLeft = m_noticeEnds.remainingTimeAsDuration();
        m_noticeEnds.stop();
    } else if (isNotice && !m_noticeEnds.isActive()) {
        m_noticeEnds.start(m_noticeLeft);
    }
    m_button->setVisible(line.offer != Offer::None);
    m_button->setText(line.offer == Offer::Connect ? tr("&Connect…")
            : line.offer == Offer::Retry           ? tr("&Try again")
                                                   : tr("&Resume"));
    m_dismiss->setVisible(isNotice);
    place();
    setVisible(!line.text.isEmpty());
    setToolTip(line.text);
    if (accessibleName() != line.text) {
        setAccessibleName(line.text);
        QAccessibleEvent alert(this, QAccessible::Alert);
        QAccessible::updateAccessibility(&alert);
    }
    update();
}

void StateBanner::place()
{
    int right = width() - Theme::padding;
    for (Button *button : {m_dismiss, m_button}) {
        const QSize size = button->sizeHint();
        button->setGeometry(
            QRect(QPoint(right - size.width(), (height() - size.height()) / 2), size));
        if (!button->isHidden())
            right -= size.width() + Theme::gap;
    }
}

void StateBanner::press()
{
    switch (shown().offer) {
    case Offer::None:
        return;
    case Offer::Connect:
        Q_EMIT connectRequested();
        return;
    case Offer::Retry:
        Q_EMIT retryRequested();
        return;
    case Offer::Resume:
        Q_EMIT resumeRequested();
        return;
    }
}

QColor StateBanner::color(Tone tone) const
{
    switch (tone) {
    case Tone::Info:
        return m_theme->blue;
    case Tone::Good:
        return m_theme->green;
    case Tone::Warning:
        return m_theme->amber;
    case Tone::Error:
        return m_theme->red;
    }
    Q_UNREACHABLE();
}

} // namespace Turnstile::Monitor
