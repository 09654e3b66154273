// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/UpdateBatch.h"

#include <QtCore/QSet>

namespace Turnstile::Monitor {

/// Which buckets a source has told of, so that a snapshot can say what is gone by not naming it.
class KnownBuckets {
public:
    /// Adds to \a batch, when a snapshot ends with it, the removal of what the snapshot has not
    /// named.
    void complete(UpdateBatch &batch);

private:
    QSet<BucketId> m_known;
    QSet<BucketId> m_unnamed; // by the snapshot that is coming in
};

} // namespace Turnstile::Monitor
