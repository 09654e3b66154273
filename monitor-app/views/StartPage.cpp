// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/StartPage.h"

#include "monitor-app/models/Recent.h"
#include "monitor-app/sources/BotFinder.h"
#include "monitor-app/views/BotMenu.h"
#include "monitor-app/views/Button.h"
#include "monitor-app/views/CodeBox.h"
#include "monitor-app/views/Keys.h"
#include "monitor-app/views/Theme.h"

#include <QtCore/QFileInfo>
#include <QtCore/QLocale>
#include <QtWidgets/QLabel>
#include <QtWidgets/QScrollArea>
#include <QtWidgets/QScrollBar>
#include <QtWidgets/QVBoxLayout>

namespace Turnstile::Monitor {

namespace {
constexpr int pageWidth = 600;
constexpr int wideButtonHeight = 42;

QString code()
{
    return QStringLiteral("Turnstile::MonitorPublisher publisher(&limiter);\npublisher.listen();");
}

void clear(QLayout *layout)
{
    while (QLayoutItem *item = layout->takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater(); // it may be the one that was just pressed
        delete item;
    }
}
} // namespace

StartPage::StartPage(const BotFinder *finder, QWidget *parent)
    : QWidget(parent)
    , m_finder(finder)
    , m_theme(&Theme::dark())
    , m_scroll(new QScrollArea(this))
    , m_problem(makeLabel({}, Theme::body()))
    , m_remark(makeLabel({}, Theme::body()))
    , m_bots(new QVBoxLayout)
    , m_code(new CodeBox(code(), this))
    , m_demo(new Button(tr("Run the &demo"), this))
    , m_recordingsTitle(nullptr)
    , m_recordings(new QVBoxLayout)
{
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setWidget(makeColumn());
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_scroll);
    if (finder)
        connect(finder, &BotFinder::changed, this, &StartPage::showBots);
    setProblem({});
    showBots();
    showRecordings();
    applyTheme();
}

QWidget *StartPage::makeColumn()
{
    auto *column = new QWidget;
    column->setFixedWidth(pageWidth);
    auto *layout = new QVBoxLayout(column);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(Theme::gap);
    const auto addTitle = [&](const QString &text) {
        QLabel *title = makeLabel(text, Theme::title());
        m_titles += title;
        layout->addSpacing(Theme::padding);
        layout->addWidget(title);
        return title;
    };
    layout->addWidget(makeLabel(tr("No bot is watched"), Theme::value()));
    layout->addWidget(makeLabel(tr("See live which limits a bot runs into, and which of its "
                                   "requests wait."),
        Theme::body()));
    layout->addWidget(m_problem);
    addTitle(tr("Running on this machine"));
    m_bots->setSpacing(6);
    layout->addLayout(m_bots);
    layout->addWidget(m_remark);
    addTitle(tr("To watch a bot of yours, add two lines to it"));
    layout->addWidget(m_code);
    addTitle(tr("Or look at"));
    layout->addLayout(makeActions());
    m_recordingsTitle = addTitle(tr("Recent recordings"));
    m_recordings->setSpacing(0);
    layout->addLayout(m_recordings);

    auto *page = new QWidget;
    auto *centred = new QVBoxLayout(page);
    centred->setContentsMargins(Theme::padding, 24, Theme::padding, 24);
    centred->addStretch(2);
    centred->addWidget(column, 0, Qt::AlignHCenter);
    centred->addStretch(3);
    return page;
}

QBoxLayout *StartPage::makeActions()
{
    m_demo->setToolTip(tr("<p>Two bots that send real requests to a server with Discord's limits, "
                          "all in this process</p>"));
    m_demo->setObjectName(QStringLiteral("demo"));
    auto *connectTo = new Button(tr("&Connect…"), this);
    connectTo->setToolTip(
        Keys::tip(tr("A bot by its socket, or host and port"), Keys::connectTo()));
    auto *open = new Button(tr("&Open recording…"), this);
    open->setToolTip(Keys::tip(tr("Replay what was recorded"), Keys::open()));
    connect(m_demo, &Button::clicked, this, &StartPage::demoRequested);
    connect(connectTo, &Button::clicked, this, &StartPage::connectRequested);
    connect(open, &Button::clicked, this, &StartPage::openRequested);
    auto *row = new QHBoxLayout;
    row->setSpacing(Theme::gap);
    for (Button *button : {m_demo, connectTo, open}) {
        m_actions += button;
        button->setMinimumHeight(34);
        row->addWidget(button);
    }
    row->addStretch();
    return row;
}

QLabel *StartPage::makeLabel(const QString &text, const QFont &font)
{
    auto *label = new QLabel(text, this);
    label->setFont(font);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

Button *StartPage::makeWideButton(const QString &text, const QString &detail)
{
    auto *button = new Button(Button::plain(text));
    button->setDetail(detail);
    button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    button->setMaximumTextWidth(pageWidth / 2);
    button->setTheme(*m_theme);
    return button;
}

void StartPage::setProblem(const QString &problem)
{
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
}

void StartPage::setTheme(const Theme &theme)
{
    m_theme = &theme;
    applyTheme();
    showBots(); // their dots
}

void StartPage::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    showRecordings();
}

void StartPage::showBots()
{
    bool hadFocus = false;
    for (int i = 0; i < m_bots->count(); ++i)
        hadFocus |= m_bots->itemAt(i)->widget()->hasFocus();
    clear(m_bots);
    if (m_finder) {
        for (const BotFinder::Bot &bot : m_finder->bots()) {
            const QString number =
                bot.number > 1 ? QStringLiteral(" · %1").arg(bot.number) : QString();
            Button *button = makeWideButton(
                bot.application, tr("pid %1%2").arg(QString::number(bot.pid), number));
            button->setMark(Button::Mark::Dot, m_theme->green);
            button->setMinimumHeight(wideButtonHeight);
            button->setToolTip(bot.path);
            const MonitorAddress address = MonitorAddress::local(bot.path);
            connect(button, &Button::clicked, this, [this, address] { Q_EMIT botChosen(address); });
            m_bots->addWidget(button);
        }
    }
    const bool hasProblem = m_finder && !m_finder->problem().isEmpty();
    m_remark->setText(hasProblem ? m_finder->problem()
                                 : tr("No bot that can be watched runs here. One that starts "
                                      "appears by itself."));
    m_remark->setVisible(m_bots->count() == 0);
    QPalette palette = m_theme->palette();
    palette.setColor(QPalette::WindowText, hasProblem ? m_theme->amber : m_theme->dim);
    m_remark->setPalette(palette);
    orderTabs();
    if (hadFocus)
        setFocus();
}

void StartPage::showRecordings()
{
    clear(m_recordings);
    for (const QString &file : Recent::recordings()) {
        const QFileInfo info(file);
        Button *button = makeWideButton(
            info.fileName(), QLocale().toString(info.lastModified(), QLocale::ShortFormat));
        button->setFlat(true);
        button->setMark(Button::Mark::Play, m_theme->blue);
        button->setToolTip(file);
        connect(button, &Button::clicked, this, [this, file] { Q_EMIT recordingChosen(file); });
        m_recordings->addWidget(button);
    }
    m_recordingsTitle->setVisible(m_recordings->count() > 0);
    orderTabs();
}

// From the top to the bottom; the first is what people most likely want.
void StartPage::orderTabs()
{
    QWidgetList order;
    for (int i = 0; i < m_bots->count(); ++i)
        order += m_bots->itemAt(i)->widget();
    order += m_code->copyButton();
    for (Button *button : std::as_const(m_actions))
        order += button;
    for (int i = 0; i < m_recordings->count(); ++i)
        order += m_recordings->itemAt(i)->widget();
    for (qsizetype i = 1; i < order.size(); ++i)
        setTabOrder(order[i - 1], order[i]);
    setFocusProxy(m_bots->count() > 0 ? order.constFirst() : m_demo);
}

void StartPage::applyTheme()
{
    QPalette palette = m_theme->palette();
    setPalette(palette);
    palette.setColor(QPalette::WindowText, m_theme->dim);
    for (QLabel *title : std::as_const(m_titles))
        title->setPalette(palette);
    for (Button *button : findChildren<Button *>())
        button->setTheme(*m_theme);
    m_demo->setTone(m_theme->blue); // the demo
    m_code->setTheme(*m_theme);
    m_problem->setStyleSheet(m_theme->boxStyle(m_theme->tinted(m_theme->red), m_theme->red));
    m_scroll->verticalScrollBar()->setStyleSheet(m_theme->scrollBarStyle());
}

} // namespace Turnstile::Monitor
