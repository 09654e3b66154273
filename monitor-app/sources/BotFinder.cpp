// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/sources/BotFinder.h"

#include <algorithm>
#include <chrono>

namespace Turnstile::Monitor {

using namespace std::chrono_literals;

BotFinder::BotFinder(const MonitorDirectory &directory, QObject *parent)
    : QObject(parent)
    , m_directory(directory)
{
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, &BotFinder::refresh);
    connect(&m_timer, &QTimer::timeout, this, &BotFinder::refresh);
    m_timer.start(1s);
    refresh();
}

BotFinder::~BotFinder() = default;

void BotFinder::refresh()
{
    // Made here if need be, so that it can be watched.
    const QString problem = m_directory.prepare();
    std::vector<Bot> bots;
    if (problem.isEmpty()) {
        if (m_watcher.directories().isEmpty())
            m_watcher.addPath(m_directory.path());
        // Who answered once is asked again only when its process is gone: an answer costs the bot.
        for (const Bot &bot : m_directory.entries()) {
            const bool isKnown = std::find(m_bots.begin(), m_bots.end(), bot) != m_bots.end();
            if ((isKnown && MonitorDirectory::isRunning(bot.pid))
                || MonitorDirectory::answers(bot.path))
                bots.push_back(bot);
        }
    }
    if (bots == m_bots && problem == m_problem)
        return;
    m_bots = std::move(bots);
    m_problem = problem;
    Q_EMIT changed();
}

} // namespace Turnstile::Monitor
