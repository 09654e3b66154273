// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtWidgets/QWidget>

namespace Turnstile::Monitor {

class FigureCard;
class Store;
struct Theme;

/// The strip of figures over all buckets.
class FigureStrip : public QWidget {
    Q_OBJECT
public:
    explicit FigureStrip(const Store *store, QWidget *parent = nullptr);

    void setTheme(const Theme &theme);

private:
    void showFigures();
    void showGlobalLimit();
    void showRateLimited();

    const Store *m_store;
    const Theme *m_theme;
    FigureCard *m_granted;
    FigureCard *m_queued;
    FigureCard *m_inFlight;
    FigureCard *m_wait;
    FigureCard *m_global;
    FigureCard *m_rateLimited;
};

} // namespace Turnstile::Monitor
