// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/MainWindow.h"

#include "monitor-app/sources/MonitorSource.h"
#include "monitor-app/views/BucketView.h"
#include "monitor-app/views/FigureStrip.h"
#include "monitor-app/views/Panel.h"
#include "monitor-app/views/SourceBar.h"
#include "monitor-app/views/StartPage.h"
#include "monitor-app/views/StatusLine.h"
#include "monitor-app/views/Theme.h"

#include <QtCore/QEvent>
#include <QtCore/QSettings>
#include <QtGui/QGuiApplication>
#include <QtGui/QShortcut>
#include <QtWidgets/QStackedWidget>
#include <QtWidgets/QVBoxLayout>

namespace Turnstile::Monitor {

namespace {
QString geometryKey()
{
    return QStringLiteral("window/geometry");
}
} // namespace

MainWindow::MainWindow(QWidget *parent)
    : QMainWindow(parent)
    , m_bar(new SourceBar(&m_finder, this))
    , m_strip(new FigureStrip(&m_store, this))
    , m_buckets(new BucketView(&m_store, this))
    , m_status(new StatusLine(&m_store, this))
    , m_start(new StartPage(&m_finder, this))
    , m_pages(new QStackedWidget(this))
{
    setWindowTitle(tr("Turnstile Monitor"));
    resize(1440, 760);
    m_pages->addWidget(m_start);
    m_pages->addWidget(makePage());
    setCentralWidget(m_pages);

    connect(m_start, &StartPage::demoRequested, this, &MainWindow::demoRequested);
    connect(m_bar, &SourceBar::demoRequested, this, &MainWindow::demoRequested);
    connect(m_bar, &SourceBar::rangeChosen, m_bar, &SourceBar::setRange);
    connect(m_bar, &SourceBar::rangeChosen, m_strip, &FigureStrip::setRange);
    auto *quit = new QShortcut(QKeySequence::Quit, this);
    connect(quit, &QShortcut::activated, this, &MainWindow::close);
    auto *close = new QShortcut(QKeySequence::Close, this);
    connect(close, &QShortcut::activated, this, &MainWindow::close);

    applyTheme(Theme::forPalette(QGuiApplication::palette()));
    restoreGeometry(QSettings().value(geometryKey()).toByteArray());
    m_buckets->restoreColumns();
}

MainWindow::~MainWindow()
{
    // Both use the store, which as a member goes before the children do.
    delete m_source;
    delete takeCentralWidget();
}

QString MainWindow::watch(MonitorSource *source)
{
    delete m_source;
    m_source = source;
    source->setParent(this);
    connect(source, &MonitorSource::updated, &m_store, &Store::apply);
    const QString problem = source->start();
    if (!problem.isEmpty()) {
        m_start->setProblem(problem);
        m_pages->setCurrentWidget(m_start);
        return problem;
    }
    m_bar->setSource(source->name(), source->state());
    m_status->setConnection(source->connection());
    m_pages->setCurrentIndex(1);
    m_buckets->setFocus();
    return {};
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
    QSettings().setValue(geometryKey(), saveGeometry());
    m_buckets->saveColumns();
    QMainWindow::closeEvent(event);
}

QWidget *MainWindow::makePage()
{
    auto *page = new QWidget(this);
    auto *layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_bar);
    auto *content = new QVBoxLayout;
    content->setContentsMargins(Theme::padding, Theme::gap, Theme::padding, Theme::gap);
    content->setSpacing(Theme::gap);
    content->addWidget(m_strip);
    content->addWidget(new Panel(m_buckets, page), 1);
    layout->addLayout(content, 1);
    layout->addWidget(m_status);
    return page;
}

void MainWindow::applyTheme(const Theme &theme)
{
    setPalette(theme.palette());
    m_bar->setTheme(theme);
    m_strip->setTheme(theme);
    m_buckets->setTheme(theme);
    m_status->setTheme(theme);
    m_start->setTheme(theme);
    for (Panel *panel : findChildren<Panel *>())
        panel->setTheme(theme);
}

void MainWindow::updateWatched()
{
    m_store.setWatched(isVisible() && !isMinimized());
}

} // namespace Turnstile::Monitor
