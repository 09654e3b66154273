// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/RangedHistory.h"

#include <QtWidgets/QWidget>

#include <array>

namespace Turnstile::Monitor {

class FigureCard;
class Store;
struct Theme;

/// The strip of figures over all buckets: in one row, or in two where it is narrow.
class FigureStrip : public QWidget {
    Q_OBJECT
public:
    explicit FigureStrip(const Store *store, QWidget *parent = nullptr);

    /// How much of the past the lines show.
    void setRange(TimeRange range);
    void setTheme(const Theme &theme);

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void showFigures();
    void showGlobalLimit();
    void showRateLimited();
    void showInvalid();

    const Store *m_store;
    const Theme *m_theme;
    FigureCard *m_granted;
    FigureCard *m_queued;
    FigureCard *m_inFlight;
    FigureCard *m_wait;
    FigureCard *m_global;
    FigureCard *m_rateLimited;
    FigureCard *m_invalid;
    std::array<FigureCard *, 7> m_cards; ///< all of them, in their order
    TimeRange m_range = TimeRange::Seconds30;
};

} // namespace Turnstile::Monitor
