// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Enums.h"
#include "ratelimit/core/Time.h"
#include "ratelimit/turnstile_ratelimit_export.h"

namespace Turnstile {

/// When and how often a RestClient tries again.
///
/// A 429 is always retried, with the same ticket, when the limit that it named has passed: not
/// before its `Retry-After`, and when the limiter says so. Server errors and failed connections are
/// retried only where that is safe: when nothing can have been sent, or when the request may be
/// repeated (isRepeatable()).
struct TURNSTILE_RATELIMIT_EXPORT RetryPolicy {
    /// How often a request is sent, at the most, when the server or the connection fails. 1: once.
    int maxAttempts = 5;
    /// How often a request is sent again after a 429. Such attempts do not count as failures.
    int maxRateLimited = 10;
    /// The longest wait before the second attempt; doubled for each one that follows.
    milliseconds firstBackOff{500};
    /// No back-off is longer; nor is one longer than a day.
    milliseconds longestBackOff{30'000};
    /// A server that fails may say when to come back (`Retry-After`), and is not asked sooner. When
    /// that is longer than this, the request fails at once.
    milliseconds longestRetryAfter{300'000};

    /// The wait after \a failures in a row (from 1): `share` of the longest that is allowed now.
    /// With a random \a share from 0 to 1 this is exponential back-off with full jitter, so that
    /// many clients do not come back at once.
    milliseconds backOff(int failures, double share) const;

    /// Whether a request of \a method does no harm when it arrives twice: all but POST and PATCH
    /// (RFC 9110, 9.2.2).
    static bool isRepeatable(Method method);

    friend bool operator==(const RetryPolicy &, const RetryPolicy &) = default;
};

/// How long a RestClient waits for what. Zero: for ever.
struct RestTimeouts {
    /// Until the connection stands.
    milliseconds connect{10'000};
    /// Until the headers come, and then between two pieces of the body; the same while sending, and
    /// while a sequential source is read. From the headers to the end, where the answer is none of
    /// success. What takes longer than SchedulerOptions::responseTimeout, as a long upload may,
    /// ends its ticket, not the request.
    milliseconds response{30'000};
    /// From the headers to the end of an answer. Not for one that goes to a download.
    milliseconds body{300'000};
    /// From the call to the end: waiting, retries and all.
    milliseconds whole{0};

    friend bool operator==(const RestTimeouts &, const RestTimeouts &) = default;
};

} // namespace Turnstile
