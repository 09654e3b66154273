// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/KnownBuckets.h"

#include <utility>

namespace Turnstile::Monitor {

void KnownBuckets::complete(UpdateBatch &batch)
{
    if (batch.reset)
        *this = {};
    if (batch.snapshotBegins)
        m_unnamed = m_known;
    for (const Bucket &bucket : batch.buckets) {
        m_known.insert(bucket.id);
        m_unnamed.remove(bucket.id);
    }
    if (batch.snapshotEnds) {
        const QSet<BucketId> gone = std::exchange(m_unnamed, {});
        batch.removed.insert(batch.removed.end(), gone.cbegin(), gone.cend());
    }
    for (const BucketId removed : batch.removed) {
        m_known.remove(removed);
        m_unnamed.remove(removed);
    }
}

} // namespace Turnstile::Monitor
