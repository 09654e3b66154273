// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/FigureStrip.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/FigureCard.h"
#include "monitor-app/views/Theme.h"

#include <QtWidgets/QHBoxLayout>

namespace Turnstile::Monitor {

using namespace std::chrono_literals;

FigureStrip::FigureStrip(const Store *store, QWidget *parent)
    : QWidget(parent)
    , m_store(store)
    , m_theme(&Theme::dark())
    , m_granted(new FigureCard(tr("Granted"), this))
    , m_queued(new FigureCard(tr("Queued"), this))
    , m_inFlight(new FigureCard(tr("In flight"), this))
    , m_wait(new FigureCard(tr("Wait p50 / p95"), this))
    , m_global(new FigureCard(tr("Global limit"), this))
    , m_rateLimited(new FigureCard(tr("429s, 10 min"), this))
{
    setAccessibleName(tr("Figures"));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(Theme::gap);
    for (FigureCard *card : {m_granted, m_queued, m_inFlight, m_wait, m_global, m_rateLimited})
        layout->addWidget(card, 1);
    connect(store, &Store::figuresChanged, this, &FigureStrip::showFigures);
    showFigures();
}

void FigureStrip::setTheme(const Theme &theme)
{
    m_theme = &theme;
    for (FigureCard *card : {m_granted, m_queued, m_inFlight, m_wait, m_global, m_rateLimited})
        card->setTheme(theme);
    showFigures();
}

void FigureStrip::showFigures()
{
    const TimePoint now = m_store->now();
    const Figures &figures = m_store->figures();
    m_granted->setContent({.value = Format::rate(figures.grantedPerSecond(now)),
        .line = figures.grantedHistory().perSecond(now),
        .color = m_theme->green});
    const auto oldest = figures.oldestAge(now);
    m_queued->setContent({.value = Format::count(quint64(figures.queued())),
        .remark = oldest ? tr("oldest %1").arg(Format::countdown(*oldest)) : QString(),
        .line = figures.queuedHistory().values(now),
        .color = m_theme->amber});
    m_inFlight->setContent({.value = Format::count(quint64(figures.inFlight())),
        .line = figures.inFlightHistory().values(now),
        .color = m_theme->blue});
    m_wait->setContent({.value = Format::durations(figures.waitP50(now), figures.waitP95(now)),
        .line = figures.waitHistory().values(now),
        .color = m_theme->purple});
    showGlobalLimit();
    showRateLimited();
}

void FigureStrip::showGlobalLimit()
{
    const TimePoint now = m_store->now();
    const GlobalLimitInfo &global = m_store->figures().global();
    const auto until = [now](TimePoint then) {
        return Format::countdown(std::chrono::ceil<milliseconds>(then - now));
    };
    FigureCard::Content content;
    if (global.lockedUntil && *global.lockedUntil > now) {
        content = {.value = tr("locked"),
            .remark = tr("opens in %1").arg(until(*global.lockedUntil)),
            .bar = 1,
            .color = m_theme->red,
            .alarming = true};
    } else if (global.limit == 0) {
        content = {.value = tr("none")};
    } else {
        content = {.value = tr("%1 / %2").arg(global.used).arg(global.limit),
            .bar = double(global.used) / double(global.limit),
            .color = m_theme->amber};
        if (global.nextFreeAt && *global.nextFreeAt > now)
            content.remark = tr("frees in %1").arg(until(*global.nextFreeAt));
    }
    m_global->setContent(content);
}

void FigureStrip::showRateLimited()
{
    const Figures::RateLimited counts = m_store->figures().rateLimited(m_store->now());
    m_rateLimited->setContent({.value = Format::count(quint64(counts.total())),
        .remark = tr("%1 global · %2 user · %3 shared")
                      .arg(counts.global)
                      .arg(counts.user)
                      .arg(counts.shared)});
}

} // namespace Turnstile::Monitor
