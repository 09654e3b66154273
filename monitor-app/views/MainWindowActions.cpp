// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What people do in the window, and what it shows of the source.
#include "monitor-app/models/Filter.h"
#include "monitor-app/models/Recent.h"
#include "monitor-app/sources/LiveSource.h"
#include "monitor-app/sources/ReplaySource.h"
#include "monitor-app/views/AlertsDialog.h"
#include "monitor-app/views/AlertTray.h"
#include "monitor-app/views/BucketMenu.h"
#include "monitor-app/views/BucketView.h"
#include "monitor-app/views/ConnectDialog.h"
#include "monitor-app/views/EventView.h"
#include "monitor-app/views/ExportMenu.h"
#include "monitor-app/views/FilterField.h"
#include "monitor-app/views/Keys.h"
#include "monitor-app/views/MainWindow.h"
#include "monitor-app/views/MonitorPage.h"
#include "monitor-app/views/ReplayBar.h"
#include "monitor-app/views/ShortcutsDialog.h"
#include "monitor-app/views/SourceBar.h"
#include "monitor-app/views/StartPage.h"
#include "monitor-app/views/StateBanner.h"
#include "monitor-app/views/StatusLine.h"
#include "monitor-app/views/Theme.h"

#include <QtCore/QDateTime>
#include <QtCore/QDir>
#include <QtGui/QShortcut>
#include <QtWidgets/QAbstractButton>
#include <QtWidgets/QApplication>
#include <QtWidgets/QFileDialog>
#include <QtWidgets/QStackedWidget>

namespace Turnstile::Monitor {

using State = MonitorSource::State;
using std::chrono::seconds;

void MainWindow::connectSource()
{
    connect(&m_session, &Session::aboutToWatch, m_tray, &AlertTray::watch);
    connect(&m_session, &Session::sourceChanged, this, &MainWindow::showSource);
    connect(&m_session, &Session::stateChanged, this, &MainWindow::showState);
    connect(&m_session, &Session::recordingChanged, this, &MainWindow::showAges);
    connect(&m_session, &Session::recordingFailed, this, &MainWindow::tell);
    connect(store(), &Store::frozenChanged, this, [this](bool frozen) {
        m_frozenAt.reset();
        if (frozen)
            m_frozenAt = std::chrono::steady_clock::now();
        showAges();
    });
    connect(&m_clock, &QTimer::timeout, this, &MainWindow::showAges);
    m_clock.start(seconds(1));
}

void MainWindow::connectBars()
{
    const auto watchListed = [this](const MonitorAddress &address) { tell(watchBot(address)); };
    const auto open = [this](const QString &file) { tell(openRecording(file)); };
    const auto demo = [this] { tell(watchDemo()); };
    connect(m_bar, &SourceBar::botChosen, this, watchListed);
    connect(m_bar, &SourceBar::connectRequested, this, &MainWindow::askForAddress);
    connect(m_bar, &SourceBar::openRequested, this, &MainWindow::askForRecording);
    connect(m_bar, &SourceBar::recordingChosen, this, open);
    connect(m_bar, &SourceBar::demoRequested, this, demo);
    connect(m_bar, &SourceBar::disconnectRequested, this, &MainWindow::leave);
    connect(m_bar, &SourceBar::freezeToggled, this, &MainWindow::toggleFreeze);
    connect(m_bar, &SourceBar::recordToggled, this, &MainWindow::toggleRecording);
    connect(m_bar, &SourceBar::rangeChosen, this, &MainWindow::showRange);

    connect(m_start, &StartPage::botChosen, this, watchListed);
    connect(m_start, &StartPage::connectRequested, this, &MainWindow::askForAddress);
    connect(m_start, &StartPage::openRequested, this, &MainWindow::askForRecording);
    connect(m_start, &StartPage::recordingChosen, this, open);
    connect(m_start, &StartPage::demoRequested, this, demo);

    connect(m_banner, &StateBanner::connectRequested, this, &MainWindow::askForAddress);
    connect(m_banner, &StateBanner::retryRequested, this, &MainWindow::retry);
    connect(m_banner, &StateBanner::resumeRequested, this, &MainWindow::toggleFreeze);
}

void MainWindow::connectViews()
{
    BucketView *buckets = m_page->buckets();
    connect(m_filter, &FilterField::filterChanged, m_page, &MonitorPage::setFilter);
    connect(buckets, &BucketView::countsChanged, m_status, &StatusLine::setCounts);
    connect(buckets, &BucketView::contextMenuRequested, this,
        [this](BucketId bucket, const QPoint &at) {
            m_bucketMenu->popup(m_session.source(), bucket, at);
        });
    m_page->events()->setWallClock([this](TimePoint at) {
        const Export::Moment present = m_session.moment();
        const auto wall = present.wall + std::chrono::floor<milliseconds>(at - present.now);
        return QDateTime::fromMSecsSinceEpoch(wall.time_since_epoch().count());
    });
    connect(m_bucketMenu, &BucketMenu::filterRequested, this, &MainWindow::setFilterText);
    connect(m_bucketMenu, &BucketMenu::answered, this, [this](const QString &sentence) {
        m_banner->showNotice(sentence);
        m_session.log(LoggedEvent::Kind::Control, sentence);
    });
    connect(m_export, &ExportMenu::exported, this, [this](const QString &path) {
        m_banner->showNotice(
            tr("Exported to %1").arg(QDir::toNativeSeparators(path)), StateBanner::Tone::Good);
    });
    connect(m_export, &ExportMenu::failed, this, &MainWindow::tell);
    connect(m_tray, &AlertTray::told, this, [this](const QString &sentence) {
        m_banner->showNotice(sentence, StateBanner::Tone::Warning);
    });
}

void MainWindow::addShortcuts()
{
    addShortcut(Keys::freeze(), tr("Freeze the view, or let it go on"), &MainWindow::toggleFreeze);
    addShortcut(Keys::record(), tr("Begin or end a recording"), &MainWindow::toggleRecording);
    addShortcut(Keys::connectTo(), tr("Connect to a bot"), &MainWindow::askForAddress);
    addShortcut(Keys::open(), tr("Open a recording"), &MainWindow::askForRecording);
    addShortcut(Qt::CTRL | Qt::Key_B, tr("List the bots that run here"), &MainWindow::chooseBot);
    addShortcut(QKeySequence::Find, tr("Go to the filter"), &MainWindow::goToFilter);
    addShortcut(Qt::ALT | Qt::Key_1, tr("Show the last 30 s"), &MainWindow::choose30Seconds);
    addShortcut(Qt::ALT | Qt::Key_2, tr("Show the last 5 min"), &MainWindow::choose5Minutes);
    addShortcut(Qt::ALT | Qt::Key_3, tr("Show the last hour"), &MainWindow::choose1Hour);
    addShortcut(Qt::CTRL | Qt::Key_L, tr("Choose alerts"), &MainWindow::askForAlerts);
    addShortcut(QKeySequence::HelpContents, tr("Show this list"), &MainWindow::showShortcuts);
    addShortcut(Qt::Key_Question, {}, &MainWindow::showShortcuts);
    addShortcut(Qt::CTRL | Qt::Key_W, tr("Disconnect"), &MainWindow::leave);
    addShortcut(Qt::CTRL | Qt::Key_Q, tr("Quit"), &MainWindow::quit);
}

void MainWindow::addShortcut(
    const QKeySequence &keys, const QString &what, void (MainWindow::*action)())
{
    auto *shortcut = new QShortcut(keys, this);
    connect(shortcut, &QShortcut::activated, this, [this, keys, action] {
        // A button that has the focus is pressed by Space, as everywhere.
        auto *button = qobject_cast<QAbstractButton *>(QApplication::focusWidget());
        if (button && keys == Keys::freeze())
            button->click();
        else
            (this->*action)();
    });
    if (!what.isEmpty())
        m_shortcuts.push_back({keys, what});
}

void MainWindow::showSource()
{
    MonitorSource *source = m_session.source();
    auto *replay = qobject_cast<ReplaySource *>(source);
    m_replay->setSource(replay);
    m_replay->setVisible(replay != nullptr);
    m_filter->setEnabled(source != nullptr);
    m_pages->setCurrentWidget(source ? static_cast<QWidget *>(m_page) : m_start);
    m_status->setVisible(source != nullptr);
    m_banner->setTruncated({});
    if (source)
        m_page->buckets()->setFocus();
    showState();
}

void MainWindow::showState()
{
    MonitorSource *source = m_session.source();
    m_page->setStale(m_session.isStale());
    m_status->setStale(m_session.isStale());
    if (!source) {
        m_bar->clearSource();
        m_banner->clearConnection();
        setWindowTitle(tr("Turnstile Monitor"));
        showAges();
        return;
    }
    auto *live = qobject_cast<LiveSource *>(source);
    m_bar->setSource(
        source->name(), source->state(), live ? live->client()->address() : MonitorAddress());
    m_status->setConnection(source->connection());
    m_status->setProtocol(live ? QString::number(live->client()->hello().majorVersion) : QString());
    setWindowTitle(tr("%1 – Turnstile Monitor").arg(source->name()));
    switch (source->state()) {
    case State::Connecting:
        m_banner->setConnecting(source->name());
        break;
    case State::Failed:
        m_banner->setFailed(source->name(), source->stateText(), live != nullptr);
        break;
    case State::Lost:
        if (!m_session.wasLive())
            m_banner->setFailed(
                source->name(), tr("%1 Trying again.").arg(source->stateText()), false);
        break; // else showAges() says it
    case State::Replay:
        m_banner->setTruncated(source->stateText());
        m_banner->clearConnection();
        break;
    case State::Live:
        m_banner->clearConnection();
        break;
    }
    showAges();
}

// What gets older by itself.
void MainWindow::showAges()
{
    const MonitorSource *source = m_session.source();
    if (source && source->state() == State::Lost && m_session.wasLive())
        m_banner->setLost(source->stateText(), std::chrono::floor<seconds>(m_session.age()));
    std::optional<seconds> frozen;
    if (m_frozenAt)
        frozen = std::chrono::floor<seconds>(std::chrono::steady_clock::now() - *m_frozenAt);
    m_bar->setFrozen(frozen);
    if (frozen)
        m_banner->setFrozen(*frozen);
    else
        m_banner->clearFrozen();
    std::optional<seconds> recorded;
    if (m_session.recorder() && m_session.recorder()->isRecording())
        recorded = std::chrono::floor<seconds>(m_session.recorder()->recordedFor());
    m_bar->setRecording(recorded);
}

void MainWindow::showRange(TimeRange range)
{
    store()->setRange(range);
    m_bar->setRange(range);
    m_page->setRange(range);
}

void MainWindow::chooseBot()
{
    m_bar->showBots();
}

void MainWindow::toggleFreeze()
{
    if (m_session.source())
        store()->setFrozen(!store()->isFrozen());
}

void MainWindow::toggleRecording()
{
    Recorder *recorder = m_session.recorder();
    if (!recorder)
        return;
    if (recorder->isRecording()) {
        const QString problem = recorder->stop();
        Recent::addRecording(recorder->path());
        if (!problem.isEmpty()) {
            tell(problem);
            return;
        }
        m_banner->showNotice(tr("Recorded to %1").arg(QDir::toNativeSeparators(recorder->path())),
            StateBanner::Tone::Good);
        return;
    }
    const QString name = QDir::home().filePath(QDateTime::currentDateTime().toString(
        QStringLiteral("'turnstile'-yyyyMMdd-HHmmss'.tsrec'")));
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Record to"), name, tr("Recordings (*.tsrec)"));
    if (!path.isEmpty())
        tell(recorder->start(path, {}, Recorder::Existing::Overwrite)); // the dialog has asked
}

void MainWindow::askForAddress()
{
    ConnectDialog dialog(*m_theme, this);
    dialog.setAddress(m_address.isValid() ? m_address.text() : QString());
    if (dialog.exec() == QDialog::Accepted)
        tell(watchBot(dialog.address(), dialog.token()));
}

void MainWindow::askForRecording()
{
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Open a recording"), QDir::homePath(), tr("Recordings (*.tsrec);;All files (*)"));
    if (!path.isEmpty())
        tell(openRecording(path));
}

void MainWindow::askForAlerts()
{
    AlertsDialog dialog(m_tray, this);
    dialog.setTheme(*m_theme);
    dialog.exec();
}

void MainWindow::retry()
{
    tell(watchBot(m_address, m_token));
}

void MainWindow::goToFilter()
{
    if (m_session.source())
        m_filter->setFocus(Qt::ShortcutFocusReason);
}

void MainWindow::showShortcuts()
{
    std::vector<ShortcutsDialog::Entry> entries;
    for (const Shortcut &shortcut : m_shortcuts)
        entries.push_back(
            {tr("Window"), shortcut.keys.toString(QKeySequence::NativeText), shortcut.what});
    const std::pair<QString, QString> timeline[] = {
        {tr("Wheel, +, -"), tr("Zoom about the pointer")},
        {tr("Drag, Left, Right"), tr("Go back and forth in time")},
        {tr("Double click, End"), tr("Follow the present again")},
        {tr("Up, Down"), tr("Go to another lane")},
    };
    for (const auto &[keys, what] : timeline)
        entries.push_back({tr("Timeline"), keys, what});
    entries.push_back({tr("Buckets"), tr("Menu, Shift+F10"), tr("What can be done with a bucket")});
    entries.push_back(
        {tr("Buckets"), QKeySequence(QKeySequence::Copy).toString(QKeySequence::NativeText),
            tr("Copy the selected row")});
    ShortcutsDialog(entries, *m_theme, this).exec();
}

void MainWindow::quit()
{
    close();
}

void MainWindow::tell(const QString &problem)
{
    if (!problem.isEmpty())
        m_banner->showNotice(problem, StateBanner::Tone::Error);
}

} // namespace Turnstile::Monitor
