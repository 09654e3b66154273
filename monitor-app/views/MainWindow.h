// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/sources/BotFinder.h"
#include "monitor-app/sources/Session.h"
#include "monitor-app/views/ExportMenu.h"
#include "ratelimit/monitoring/MonitorAddress.h"

#include <QtCore/QTimer>
#include <QtWidgets/QMainWindow>

class QStackedWidget;

namespace Turnstile::Monitor {

class AlertTray;
class BucketMenu;
class FilterField;
class MonitorPage;
class ReplayBar;
class SourceBar;
class StartPage;
class StateBanner;
class StatusLine;
struct Theme;

/// The window: source bar, what is shown of the source, status line; or, with nothing to watch,
/// what to do about it. Its place, columns, filter and range are remembered in QSettings.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    explicit MainWindow(QWidget *parent = nullptr);
    ~MainWindow() override;

    /// Watches \a source, which becomes the window's. Returns what went wrong, if anything.
    QString watch(std::unique_ptr<MonitorSource> source);
    QString watchBot(const MonitorAddress &address, const QString &token = {});
    QString watchDemo();
    QString openRecording(const QString &path);
    /// Watches nothing any more: back to the start page.
    void leave();

    /// Records what is watched in a new file. Returns what went wrong, if anything.
    QString startRecording(const QString &path);
    QString stopRecording();

    void setFilterText(const QString &text);
    /// Overrides the theme that follows the system.
    void setTheme(const Theme &theme);

    Session *session() { return &m_session; }
    Store *store() { return m_session.store(); }
    MonitorPage *page() { return m_page; }

protected:
    bool event(QEvent *event) override;
    void changeEvent(QEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void closeEvent(QCloseEvent *event) override;

private:
    void makeLayout();
    ExportMenu::Content exportContent();
    void restore();
    void connectSource();
    void connectBars();
    void connectViews();
    void addShortcuts();
    void addShortcut(const QKeySequence &keys, const QString &what, void (MainWindow::*action)());
    void applyTheme(const Theme &theme);
    void updateWatched();
    void showSource();
    void showState();
    void showAges();
    void showRange(TimeRange range);

    void chooseBot();
    void choose30Seconds() { showRange(TimeRange::Seconds30); }
    void choose5Minutes() { showRange(TimeRange::Minutes5); }
    void choose1Hour() { showRange(TimeRange::Hour1); }
    void toggleFreeze();
    void toggleRecording();
    void askForAddress();
    void askForRecording();
    void askForAlerts();
    void retry();
    void goToFilter();
    void showShortcuts();
    void quit();
    void tell(const QString &problem); ///< empty: nothing went wrong

    struct Shortcut {
        QKeySequence keys;
        QString what;
    };

    Session m_session;
    BotFinder m_finder;
    MonitorAddress m_address; // of the bot that was asked for last
    QString m_token;          // for another try
    std::vector<Shortcut> m_shortcuts;
    SourceBar *m_bar;
    FilterField *m_filter;
    StateBanner *m_banner;
    ReplayBar *m_replay;
    MonitorPage *m_page;
    StatusLine *m_status;
    StartPage *m_start;
    QStackedWidget *m_pages;
    ExportMenu *m_export;
    BucketMenu *m_bucketMenu;
    AlertTray *m_tray;
    QTimer m_clock; // what gets older in the bars; each second
    std::optional<TimePoint> m_frozenAt;
    const Theme *m_theme = nullptr;
    bool m_themeChosen = false;
};

} // namespace Turnstile::Monitor
