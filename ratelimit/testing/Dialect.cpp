// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/testing/Dialect.h"

#include <QtCore/QString>

namespace Turnstile {

QStringList dialectNames()
{
    return {QStringLiteral("reset-in-milliseconds"), QStringLiteral("remaining-before"),
        QStringLiteral("growing-wait"), QStringLiteral("no-bucket"),
        QStringLiteral("no-reset-after"), QStringLiteral("no-via"), QStringLiteral("global-false"),
        QStringLiteral("decimal-retry-after"), QStringLiteral("doubled-retry-after")};
}

std::optional<Dialects> dialectsFromNames(const QString &names)
{
    const QStringList known = dialectNames();
    Dialects dialects;
    for (const QString &name : names.split(u',')) {
        const qsizetype index = known.indexOf(name);
        if (index < 0)
            return std::nullopt;
        dialects |= Dialect(1 << index);
    }
    return dialects;
}

} // namespace Turnstile
