// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/testing/RoutePattern.h"

namespace Turnstile {

QByteArray routePattern(const QByteArray &route)
{
    QByteArray pattern;
    bool inParameter = false;
    for (const char c : route) {
        inParameter = inParameter && c != '}';
        if (!inParameter)
            pattern += c;
        inParameter = inParameter || c == '{';
    }
    return pattern;
}

QByteArray withoutVariant(const QByteArray &pattern)
{
    const qsizetype path = pattern.indexOf(' ') + 1;
    const qsizetype variant = pattern.indexOf(' ', path);
    return variant < 0 ? pattern : pattern.first(variant);
}

} // namespace Turnstile
