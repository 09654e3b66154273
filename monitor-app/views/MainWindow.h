// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/Store.h"
#include "monitor-app/sources/BotFinder.h"

#include <QtWidgets/QMainWindow>

class QStackedWidget;

namespace Turnstile::Monitor {

class BucketView;
class FigureStrip;
class MonitorSource;
class SourceBar;
class StartPage;
class StatusLine;
struct Theme;

/// The window: source bar, strip of figures, buckets, status line; or, with nothing to watch, what
/// to do about it. Its place and columns are remembered in QSettings.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    explicit MainWindow(QWidget *parent = nullptr);
    ~MainWindow() override;

    /// Watches \a source, which becomes the window's. Returns what went wrong, if anything.
    QString watch(MonitorSource *source);

    /// Overrides the theme that follows the system.
    void setTheme(const Theme &theme);

    Store *store() { return &m_store; }

Q_SIGNALS:
    void demoRequested();

protected:
    bool event(QEvent *event) override;
    void changeEvent(QEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void closeEvent(QCloseEvent *event) override;

private:
    QWidget *makePage();
    void applyTheme(const Theme &theme);
    void updateWatched();

    Store m_store;
    BotFinder m_finder;
    MonitorSource *m_source = nullptr;
    SourceBar *m_bar;
    FigureStrip *m_strip;
    BucketView *m_buckets;
    StatusLine *m_status;
    StartPage *m_start;
    QStackedWidget *m_pages;
    bool m_themeChosen = false;
};

} // namespace Turnstile::Monitor
