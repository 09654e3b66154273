// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/BotMenu.h"

#include "monitor-app/models/Recent.h"
#include "monitor-app/views/Button.h"
#include "monitor-app/views/Keys.h"

#include <QtCore/QFileInfo>

namespace Turnstile::Monitor {

BotMenu::BotMenu(const BotFinder *finder, QWidget *parent)
    : QMenu(parent)
    , m_finder(finder)
    , m_below(addSeparator())
{
    setToolTipsVisible(true);
    QAction *connectTo = addAction(tr("&Connect…"), this, &BotMenu::connectRequested);
    connectTo->setShortcut(Keys::connectTo());
    QAction *open = addAction(tr("&Open recording…"), this, &BotMenu::openRequested);
    open->setShortcut(Keys::open());
    for (QAction *action : {connectTo, open})
        action->setShortcutContext(Qt::WidgetShortcut); // only named here, the window binds them
    m_recordings = addMenu(tr("&Recent recordings"));
    addAction(tr("&Demo"), this, &BotMenu::demoRequested);
    addSeparator();
    m_disconnect = addAction(tr("D&isconnect"), this, &BotMenu::disconnectRequested);
    m_disconnect->setEnabled(false);

    connect(this, &QMenu::aboutToShow, this, &BotMenu::showRecordings);
    if (finder)
        connect(finder, &BotFinder::changed, this, &BotMenu::showBots);
    showBots();
    showRecordings();
}

void BotMenu::setPresent(const MonitorAddress &address)
{
    m_present = address;
    showBots();
}

void BotMenu::setWatching(bool watching)
{
    m_disconnect->setEnabled(watching);
}

QString BotMenu::nameOf(const BotFinder::Bot &bot)
{
    const QString name = tr("%1 · pid %2").arg(bot.application, QString::number(bot.pid));
    return bot.number > 1 ? tr("%1 · %2").arg(name, QString::number(bot.number)) : name;
}

void BotMenu::showBots()
{
    const QString active = activeAction() ? activeAction()->toolTip() : QString();
    for (QAction *action : std::as_const(m_bots)) {
        removeAction(action);
        action->deleteLater(); // it may be the one that was just chosen
    }
    m_bots.clear();
    if (m_finder) {
        for (const BotFinder::Bot &bot : m_finder->bots()) {
            auto *action = new QAction(Button::plain(nameOf(bot)), this);
            action->setToolTip(bot.path);
            action->setCheckable(true);
            const MonitorAddress address = MonitorAddress::local(bot.path);
            action->setChecked(address == m_present);
            connect(action, &QAction::triggered, this, [this, address, action] {
                action->setChecked(address == m_present); // until it is really watched
                Q_EMIT botChosen(address);
            });
            addBotAction(action);
            if (bot.path == active)
                setActiveAction(action);
        }
    }
    if (!m_bots.isEmpty())
        return;
    const bool hasProblem = m_finder && !m_finder->problem().isEmpty();
    auto *none = new QAction(
        hasProblem ? Button::plain(m_finder->problem()) : tr("No bot runs on this machine"), this);
    none->setEnabled(false);
    addBotAction(none);
}

void BotMenu::showRecordings()
{
    m_recordings->clear();
    for (const QString &file : Recent::recordings()) {
        QAction *action = m_recordings->addAction(Button::plain(QFileInfo(file).fileName()));
        action->setToolTip(file);
        connect(action, &QAction::triggered, this, [this, file] { Q_EMIT recordingChosen(file); });
    }
    m_recordings->setToolTipsVisible(true);
    m_recordings->menuAction()->setVisible(!m_recordings->isEmpty());
}

void BotMenu::addBotAction(QAction *action)
{
    insertAction(m_below, action);
    m_bots += action;
}

} // namespace Turnstile::Monitor
