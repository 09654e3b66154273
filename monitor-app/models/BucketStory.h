// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/BucketRow.h"
#include "monitor-app/models/UpdateBatch.h"

/// \file
/// What a bucket does and what its requests wait for, in words for people.

namespace Turnstile::Monitor::BucketStory {

/// What holds the next request of a bucket: what the ratelimiter says of the oldest one, or what
/// can be told from the bucket's numbers. Nothing: it would go at once.
std::optional<Wait> holdup(const BucketRow &row, const GlobalLimitInfo &global, TimePoint now);

/// When the next request goes: `in 3.2 s: bucket exhausted`, `as soon as #10479 is answered`.
QString nextGrant(const BucketRow &row, const GlobalLimitInfo &global, TimePoint now);

/// Why its requests wait, and until when the last one does if that can be told; one or two lines.
/// Where several processes share the token, \a shared tells of the others.
QString explain(const BucketRow &row, const GlobalLimitInfo &global, TimePoint now,
    const SharedState *shared = nullptr);

/// `5 per 5.0 s`.
QString limit(const Bucket &bucket);
/// `2 endpoints`.
QString sharedBy(const Bucket &bucket);
/// `channel 41771983423143937`; of a webhook not what is made of its token.
QString majorResource(QByteArrayView resource);
/// Remaining, in flight, queued: `0 / 1 / 7`.
QString load(const BucketRow &row, TimePoint now);

} // namespace Turnstile::Monitor::BucketStory
