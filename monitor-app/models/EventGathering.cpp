// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/EventGathering.h"

#include <algorithm>
#include <utility>

namespace Turnstile::Monitor {

std::vector<EventGathering::Group> EventGathering::take()
{
    m_places.clear();
    std::vector<Group> groups = std::exchange(m_groups, {});
    std::stable_sort(groups.begin(), groups.end(),
        [](const Group &left, const Group &right) { return left.at < right.at; });
    return groups;
}

} // namespace Turnstile::Monitor
