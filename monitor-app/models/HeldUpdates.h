// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/UpdateBatch.h"

#include <QtCore/QHash>

namespace Turnstile::Monitor {

/// Updates that are not shown yet, as one, in little memory: of a bucket the latest word is kept,
/// of one that is gone its id, of tickets and 429s the latest few.
class HeldUpdates {
public:
    static constexpr size_t mostTickets = 200'000;
    static constexpr size_t mostHits = 10'000;

    void add(const UpdateBatch &batch);
    bool isEmpty() const { return m_isEmpty; }
    /// Everything held; nothing is held after it.
    UpdateBatch take();

private:
    void forgetBuckets();
    void remove(BucketId bucket);

    UpdateBatch m_all;
    QHash<BucketId, size_t> m_places; // in m_all.buckets
    bool m_isEmpty = true;
};

} // namespace Turnstile::Monitor
