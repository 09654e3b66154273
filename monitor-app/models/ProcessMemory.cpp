// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/ProcessMemory.h"

#include "monitor-app/models/Sharing.h"

#include <QtCore/QHash>

#include <algorithm>

namespace Turnstile::Monitor {

namespace {
using namespace std::chrono_literals;

constexpr auto remembered = 1min;
constexpr size_t mostGone = 20; // who restarts again and again fills no list
} // namespace

void ProcessMemory::take(SharedState &shared)
{
    if (shared.at < m_told.at) // a replay, or another Redis that has not answered
        clear();
    QHash<QString, SharedProcess *> told;
    for (SharedProcess &process : shared.processes)
        told.insert(process.id, &process);
    for (size_t place = 0; place < m_told.processes.size(); ++place) {
        const SharedProcess &before = m_told.processes[place];
        if (SharedProcess *process = told.value(before.id)) {
            if (shared.at - process->heardAt >= Sharing::passedOverAfter)
                process->heardAt = std::min(process->heardAt, before.heardAt);
        } else if (Sharing::isBusy(m_told, place)) { // with nothing to do it is only quiet
            m_gone.insert(m_gone.begin(), {before, shared.at});
            m_gone.front().process.leases = 0;
        }
    }
    const auto isOver = [&](const Gone &gone) {
        return told.contains(gone.process.id) || shared.at - gone.at >= remembered;
    };
    m_gone.erase(std::remove_if(m_gone.begin(), m_gone.end(), isOver), m_gone.end());
    m_gone.resize(std::min(m_gone.size(), mostGone));
    m_told = shared;
}

std::vector<SharedProcess> ProcessMemory::gone(TimePoint now) const
{
    std::vector<SharedProcess> processes;
    processes.reserve(m_gone.size());
    for (const Gone &gone : m_gone) {
        if (now - gone.at < remembered)
            processes.push_back(gone.process);
    }
    return processes;
}

} // namespace Turnstile::Monitor
