// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/FigureStrip.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/FigureCard.h"
#include "monitor-app/views/Theme.h"

#include <algorithm>

namespace Turnstile::Monitor {

using namespace std::chrono_literals;

namespace {
constexpr int narrowestCard = 140; // in one row
constexpr int inFirstRow = 4;      // of two
constexpr double muchInvalid = 0.8;

bool isOneRow(int width)
{
    return width >= 7 * narrowestCard + 6 * Theme::gap;
}
} // namespace

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
    , m_invalid(new FigureCard(tr("Invalid requests"), this))
    , m_cards{m_granted, m_queued, m_inFlight, m_wait, m_global, m_rateLimited, m_invalid}
{
    setAccessibleName(tr("Figures"));
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    m_granted->setExplanation(
        tr("Requests that were allowed to go out, per second over the last five seconds."));
    m_queued->setExplanation(
        tr("Requests that wait for their turn, and how long the oldest of them has waited."));
    m_inFlight->setExplanation(tr("Requests that were sent and are not answered yet."));
    m_wait->setExplanation(tr("How long requests of the last 30 s waited: half of them no longer "
                              "than the first time, 95 of 100 no longer than the second. The line "
                              "shows the second."));
    m_global->setExplanation(tr("Requests that count now towards the limit over all buckets, and "
                                "when the next of them no longer does."));
    m_rateLimited->setExplanation(
        tr("Answers 429 of the last ten minutes: of the limit over all buckets (global), of a "
           "bucket of this bot (user), of a resource that others use too (shared)."));
    m_invalid->setExplanation(tr("Answers 401, 403 and 429 (but shared ones) of the last ten "
                                 "minutes, and how many an address may get before it is banned."));
    connect(store, &Store::figuresChanged, this, &FigureStrip::showFigures);
    showFigures();
}

void FigureStrip::setRange(TimeRange range)
{
    m_range = range;
    showFigures();
}

void FigureStrip::setTheme(const Theme &theme)
{
    m_theme = &theme;
    for (FigureCard *card : m_cards)
        card->setTheme(theme);
    showFigures();
}

int FigureStrip::heightForWidth(int width) const
{
    return isOneRow(width) ? Theme::cardHeight : 2 * Theme::lowCardHeight + Theme::gap;
}

QSize FigureStrip::sizeHint() const
{
    return {7 * 192 + 6 * Theme::gap, Theme::cardHeight};
}

QSize FigureStrip::minimumSizeHint() const
{
    return {inFirstRow * narrowestCard + (inFirstRow - 1) * Theme::gap, Theme::cardHeight};
}

void FigureStrip::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    const bool oneRow = isOneRow(width());
    const int cardHeight = oneRow ? Theme::cardHeight : Theme::lowCardHeight;
    const auto placeRow = [&](int first, int count, int top) {
        for (int i = 0; i < count; ++i) {
            // Edges from shares of the width, so that the last card ends with the strip.
            const auto left = [&](int n) { return (width() + Theme::gap) * n / count; };
            m_cards[size_t(first + i)]->setGeometry(
                left(i), top, left(i + 1) - Theme::gap - left(i), cardHeight);
        }
    };
    if (oneRow) {
        placeRow(0, int(m_cards.size()), 0);
        return;
    }
    placeRow(0, inFirstRow, 0);
    placeRow(inFirstRow, int(m_cards.size()) - inFirstRow, cardHeight + Theme::gap);
}

void FigureStrip::showFigures()
{
    const TimePoint now = m_store->now();
    const Figures &figures = m_store->figures();
    m_granted->setContent({.value = Format::rate(figures.grantedPerSecond(now)),
        .line = figures.grantedHistory().values(now, m_range),
        .color = m_theme->green});
    const auto oldest = figures.oldestAge(now);
    m_queued->setContent({.value = Format::count(quint64(figures.queued())),
        .remark = oldest ? tr("oldest %1").arg(Format::countdown(*oldest)) : QString(),
        .line = figures.queuedHistory().values(now, m_range),
        .color = m_theme->amber});
    m_inFlight->setContent({.value = Format::count(quint64(figures.inFlight())),
        .line = figures.inFlightHistory().values(now, m_range),
        .color = m_theme->blue});
    m_wait->setContent({.value = Format::durations(figures.waitP50(now), figures.waitP95(now)),
        .line = figures.waitHistory().values(now, m_range),
        .color = m_theme->purple});
    showGlobalLimit();
    showRateLimited();
    showInvalid();
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
    const QStringList scopes{tr("%1 global").arg(counts.global), tr("%1 user").arg(counts.user),
        tr("%1 shared").arg(counts.shared)};
    QStringList some;
    const std::array numbers{counts.global, counts.user, counts.shared};
    for (size_t i = 0; i < numbers.size(); ++i) {
        if (numbers[i] > 0)
            some += scopes[qsizetype(i)];
    }
    const QString separator = QStringLiteral(" · ");
    m_rateLimited->setContent({.value = Format::count(quint64(counts.total())),
        .remark = scopes.join(separator),
        .shortRemark = some.isEmpty() ? tr("none") : some.join(separator)});
}

void FigureStrip::showInvalid()
{
    const InvalidRequestsInfo &invalid = m_store->figures().invalid();
    if (invalid.limit <= 0) {
        m_invalid->setContent({.value = QStringLiteral("–"), .remark = tr("not counted")});
        return;
    }
    const double share = double(invalid.count) / double(invalid.limit);
    const bool isMuch = share >= muchInvalid;
    m_invalid->setContent({.value = tr("%1 / %2").arg(Format::count(quint64(invalid.count)),
                               Format::count(quint64(invalid.limit))),
        .bar = std::min(1.0, share),
        .color = isMuch ? m_theme->red : m_theme->amber,
        .alarming = isMuch});
}

} // namespace Turnstile::Monitor
