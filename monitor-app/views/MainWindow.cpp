// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/MainWindow.h"

#include "monitor-app/models/BucketOrder.h"
#include "monitor-app/models/Recent.h"
#include "monitor-app/sources/DemoSource.h"
#include "monitor-app/sources/LiveSource.h"
#include "monitor-app/sources/ReplaySource.h"
#include "monitor-app/views/AlertTray.h"
#include "monitor-app/views/BucketMenu.h"
#include "monitor-app/views/BucketView.h"
#include "monitor-app/views/ExportMenu.h"
#include "monitor-app/views/FilterField.h"
#include "monitor-app/views/MonitorPage.h"
#include "monitor-app/views/ReplayBar.h"
#include "monitor-app/views/SourceBar.h"
#include "monitor-app/views/StartPage.h"
#include "monitor-app/views/StateBanner.h"
#include "monitor-app/views/StatusLine.h"
#include "monitor-app/views/Theme.h"
#include "monitor-app/views/TimelineView.h"

#include <QtCore/QEvent>
#include <QtCore/QSettings>
#include <QtGui/QGuiApplication>
#include <QtWidgets/QStackedWidget>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

namespace Turnstile::Monitor {

MainWindow::MainWindow(QWidget *parent)
    : QMainWindow(parent)
    , m_bar(new SourceBar(&m_finder, this))
    , m_filter(new FilterField(this))
    , m_banner(new StateBanner(this))
    , m_replay(new ReplayBar(this))
    , m_page(new MonitorPage(m_session.store(), this))
    , m_status(new StatusLine(m_session.store(), this))
    , m_start(new StartPage(&m_finder, this))
    , m_pages(new QStackedWidget(this))
    , m_export(new ExportMenu(exportContent(), this))
    , m_bucketMenu(new BucketMenu(m_session.store(), &m_session.store()->tickets(), this))
    , m_tray(new AlertTray(this))
{
    setWindowTitle(tr("Turnstile Monitor"));
    setWindowIcon(AlertTray::icon());
    resize(1440, 900);
    makeLayout();
    connectSource();
    connectBars();
    connectViews();
    addShortcuts();
    applyTheme(Theme::forPalette(QGuiApplication::palette()));
    restore();
    showSource();
}

MainWindow::~MainWindow()
{
    m_session.disconnect(this);
    delete takeCentralWidget(); // it uses the session, which as a member goes before the children
}

QString MainWindow::watch(std::unique_ptr<MonitorSource> source)
{
    QString problem = m_session.watch(std::move(source));
    m_start->setProblem(problem);
    return problem;
}

QString MainWindow::watchBot(const MonitorAddress &address, const QString &token)
{
    m_address = address;
    m_token = token;
    return watch(std::make_unique<LiveSource>(address, token));
}

QString MainWindow::watchDemo()
{
    return watch(std::make_unique<DemoSource>());
}

QString MainWindow::openRecording(const QString &path)
{
    QString problem = watch(std::make_unique<ReplaySource>(path));
    if (problem.isEmpty())
        Recent::addRecording(path);
    return problem;
}

void MainWindow::leave()
{
    m_session.leave();
    m_token.clear();
    m_start->setProblem({});
}

QString MainWindow::startRecording(const QString &path)
{
    if (!m_session.recorder())
        return tr("There is nothing to record: nothing is watched.");
    return m_session.recorder()->start(path);
}

QString MainWindow::stopRecording()
{
    return m_session.recorder() ? m_session.recorder()->stop() : QString();
}

void MainWindow::setFilterText(const QString &text)
{
    m_filter->setText(text);
}

void MainWindow::setTheme(const Theme &theme)
{
    m_themeChosen = true;
    applyTheme(theme);
}

bool MainWindow::event(QEvent *event)
{
    if (event->type() == QEvent::ApplicationPaletteChange && !m_themeChosen)
        applyTheme(Theme::forPalette(QGuiApplication::palette()));
    return QMainWindow::event(event);
}

void MainWindow::changeEvent(QEvent *event)
{
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::WindowStateChange)
        updateWatched();
}

void MainWindow::showEvent(QShowEvent *event)
{
    QMainWindow::showEvent(event);
    updateWatched();
}

void MainWindow::hideEvent(QHideEvent *event)
{
    QMainWindow::hideEvent(event);
    updateWatched();
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    QSettings settings;
    settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
    settings.setValue(QStringLiteral("window/filter"), m_filter->text());
    settings.setValue(QStringLiteral("window/range"), int(store()->range()));
    m_page->save(&settings);
    QMainWindow::closeEvent(event);
}

void MainWindow::restore()
{
    const QSettings settings;
    restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    m_page->restore(settings);
    m_filter->setText(settings.value(QStringLiteral("window/filter")).toString());
    const int range = settings.value(QStringLiteral("window/range")).toInt();
    showRange(TimeRange(std::clamp(range, 0, int(TimeRange::Hour1))));
}

ExportMenu::Content MainWindow::exportContent()
{
    ExportMenu::Content content;
    content.rows = [this] {
        const BucketOrder *order = m_page->buckets()->order();
        std::vector<const BucketRow *> rows;
        rows.reserve(size_t(order->shownCount()));
        for (int row = 0; row < order->shownCount(); ++row) {
            if (const BucketRow *shown = store()->find(order->bucketIdAt(row)))
                rows.push_back(shown);
        }
        return rows;
    };
    content.moment = [this] { return m_session.moment(); };
    content.tickets = &store()->tickets();
    content.shared = [this] { return store()->shared(); };
    content.window = this;
    content.timeline = m_page->timeline();
    return content;
}

void MainWindow::makeLayout()
{
    m_bar->setFilterField(m_filter);
    m_bar->setExportMenu(m_export);
    m_pages->addWidget(m_start);
    m_pages->addWidget(m_page);
    auto *content = new QWidget(this);
    auto *layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_bar);
    layout->addWidget(m_banner);
    layout->addWidget(m_replay);
    layout->addWidget(m_pages, 1);
    layout->addWidget(m_status);
    setCentralWidget(content);
}

void MainWindow::applyTheme(const Theme &theme)
{
    m_theme = &theme;
    setPalette(theme.palette());
    m_bar->setTheme(theme);
    m_filter->setTheme(theme);
    m_banner->setTheme(theme);
    m_replay->setTheme(theme);
    m_page->setTheme(theme);
    m_start->setTheme(theme);
    m_status->setTheme(theme);
    m_export->setTheme(theme);
    m_bucketMenu->setTheme(theme);
}

void MainWindow::updateWatched()
{
    store()->setWatched(isVisible() && !isMinimized());
}

} // namespace Turnstile::Monitor
