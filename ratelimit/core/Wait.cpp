// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/Wait.h"

#include <QtCore/QDebug>
#include <QtCore/QMetaEnum>

#include <algorithm>

namespace Turnstile {

static QString nameOf(WaitReason reason)
{
    switch (reason) {
    case WaitReason::None:
        return QStringLiteral("nothing");
    case WaitReason::Order:
        return QStringLiteral("order");
    case WaitReason::Paused:
        return QStringLiteral("paused");
    case WaitReason::Route:
        return QStringLiteral("route limit");
    case WaitReason::Probe:
        return QStringLiteral("probe");
    case WaitReason::Bucket:
        return QStringLiteral("bucket");
    case WaitReason::Global:
        return QStringLiteral("global limit");
    case WaitReason::Cloudflare:
        return QStringLiteral("Cloudflare");
    case WaitReason::InvalidRequests:
        return QStringLiteral("invalid requests");
    case WaitReason::Connection:
        return QStringLiteral("connection");
    case WaitReason::Turn:
        return QStringLiteral("other processes");
    case WaitReason::Lease:
        return QStringLiteral("shared limiter");
    case WaitReason::Retry:
        return QStringLiteral("retry");
    }
    return {};
}

QString Wait::text(TimePoint now) const
{
    QString text = nameOf(reason);
    if (!behind.isNull())
        text += QStringLiteral(", behind #%1").arg(behind.number());
    if (until) {
        const auto left = std::chrono::ceil<milliseconds>(std::max(*until, now) - now);
        text += QStringLiteral(", %1 s").arg(double(left.count()) / 1000, 0, 'f', 1);
    }
    return text;
}

QDebug operator<<(QDebug debug, const Wait &wait)
{
    QDebugStateSaver saver(debug);
    debug.nospace() << "Wait(" << QMetaEnum::fromType<WaitReason>().valueToKey(int(wait.reason));
    if (!wait.behind.isNull())
        debug << ", behind " << wait.behind;
    return debug << ')';
}

} // namespace Turnstile

#include "moc_Wait.cpp"
