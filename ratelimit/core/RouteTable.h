// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QtGlobal>

#include <span>
#include <string_view>

namespace Turnstile {

/// What the documented routes say about a path.
struct RouteMatch {
    /// So many segments from the first on are like those of a documented route.
    qsizetype known = 0;
    /// Bit i: segment i stands in the place of a parameter.
    quint32 parameters = 0;

    bool isParameter(qsizetype segment) const { return (parameters >> segment) & 1; }
};

/// The documented route that the whole path is, else the one that agrees with it longest. A
/// parameter takes any segment; a literal is preferred where both fit. At most 32 \a segments.
RouteMatch matchRoute(std::span<const std::string_view> segments);

} // namespace Turnstile
