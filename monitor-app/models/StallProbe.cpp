// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/StallProbe.h"

#include <QtCore/QAbstractEventDispatcher>
#include <QtCore/QCoreApplication>

#include <algorithm>

namespace Turnstile::Monitor {

StallProbe::StallProbe(QObject *parent)
    : StallProbe([] { return std::chrono::steady_clock::now(); }, parent)
{
}

// Some dispatchers handle events before they say that they are awake, some after it.
StallProbe::StallProbe(Clock clock, QObject *parent)
    : QObject(parent)
    , m_clock(std::move(clock))
{
    QCoreApplication::instance()->installEventFilter(this);
    const auto *dispatcher = QAbstractEventDispatcher::instance();
    connect(dispatcher, &QAbstractEventDispatcher::awake, this, &StallProbe::endTurn);
    connect(dispatcher, &QAbstractEventDispatcher::aboutToBlock, this, &StallProbe::endTurn);
}

StallProbe::~StallProbe() = default;

milliseconds StallProbe::longest() const
{
    return std::chrono::ceil<milliseconds>(m_longest);
}

bool StallProbe::eventFilter(QObject *, QEvent *)
{
    if (!m_begin)
        m_begin = m_clock();
    return false;
}

void StallProbe::endTurn()
{
    if (!m_begin)
        return;
    const auto took = m_clock() - *m_begin;
    m_begin.reset();
    m_longest = std::max(m_longest, took);
    ++m_turns;
    if (took > felt)
        ++m_stalls;
}

} // namespace Turnstile::Monitor
