// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/TimelineWindow.h"

#include <algorithm>

namespace Turnstile::Monitor {

using Duration = TimePoint::duration;

static constexpr int edge = 24; // who zooms about the end goes on following

void TimelineWindow::setWidth(int width)
{
    m_width = std::max(1, width);
    update();
}

void TimelineWindow::setSpan(milliseconds span)
{
    m_span = std::clamp(span, shortest, longest);
    update();
}

void TimelineWindow::setNow(TimePoint now)
{
    m_now = now;
    if (m_until && *m_until > now) // a replay went back
        m_until.reset();
    update();
}

void TimelineWindow::follow()
{
    m_until.reset();
    update();
}

milliseconds TimelineWindow::behind() const
{
    return std::chrono::round<milliseconds>(m_now - m_until.value_or(m_now));
}

void TimelineWindow::zoom(double factor, double x)
{
    const bool isEnd = isFollowing() && x > m_width - edge;
    const double share = isEnd ? 1 : std::clamp(x / m_width, 0.0, 1.0);
    const TimePoint end = m_until.value_or(m_now);
    const Duration before = m_span;
    const auto wanted = Duration(Duration::rep(double(m_span.count()) * factor));
    m_span = std::clamp<Duration>(wanted, shortest, longest);
    const double after = double((m_span - before).count()) * (1 - share);
    moveTo(end + Duration(Duration::rep(after)));
}

void TimelineWindow::pan(double columns)
{
    moveTo(m_until.value_or(m_now) + Duration(Duration::rep(columns * double(m_column.count()))));
}

void TimelineWindow::showOldest()
{
    moveTo(m_oldest + m_span);
}

void TimelineWindow::reveal(TimePoint moment)
{
    if (moment < m_from)
        moveTo(moment + m_span * 9 / 10);
    else if (moment > until())
        moveTo(moment + m_span / 10);
}

TimePoint TimelineWindow::floor(TimePoint moment) const
{
    const Duration since = moment.time_since_epoch();
    return TimePoint(since - since % m_column);
}

void TimelineWindow::moveTo(TimePoint until)
{
    const TimePoint end = std::max(until, m_oldest + m_span / 10);
    m_until = end < m_now ? std::optional(end) : std::nullopt;
    update();
}

void TimelineWindow::update()
{
    m_column = std::max(Duration(1), m_span / m_width);
    m_perTick = 1 / double(m_column.count());
    const TimePoint end = m_until.value_or(m_now);
    m_from = floor(end + m_column - Duration(1)) - m_width * m_column;
}

} // namespace Turnstile::Monitor
