// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/Bucket.h"

#include <QtCore/QDebug>
#include <QtCore/QMetaEnum>

namespace Turnstile {

static QString numberOf(const std::optional<int> &value)
{
    return value ? QString::number(*value) : QStringLiteral("?");
}

QDebug operator<<(QDebug debug, const Bucket &bucket)
{
    QDebugStateSaver saver(debug);
    debug.nospace().noquote() << "Bucket(" << bucket.id << ' ' << bucket.name << ' '
                              << QMetaEnum::fromType<BucketState>().valueToKey(int(bucket.state))
                              << ", " << numberOf(bucket.remaining) << '/' << numberOf(bucket.limit)
                              << " tokens, " << bucket.queued << " queued, " << bucket.inFlight
                              << " in flight";
    if (!bucket.hash.isEmpty())
        debug << ", hash " << bucket.hash;
    return debug << ')';
}

} // namespace Turnstile

#include "moc_Bucket.cpp"
