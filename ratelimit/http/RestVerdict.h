// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/http/RestResult.h"
#include "ratelimit/http/RetryPolicy.h"

#include <optional>

namespace Turnstile {

/// How one attempt went. Its result's error is that of the way: an answer that says no is none.
struct RestOutcome {
    RestResult result;
    bool sent = true; ///< false: nothing of the request can have been sent
};

/// What happened to a request so far.
struct RestTries {
    int failures = 0;  ///< of the server, or of the way to it
    int limited = 0;   ///< 429
    int redirects = 0; ///< followed
};

/// What to do after an attempt.
struct RestVerdict {
    enum class Next : quint8 {
        Finish,   ///< it is over, well or with \ref error
        Retry,    ///< again, after \ref wait, because of \ref error
        Wait,     ///< again, when the limit has passed that a 429 has told
        Redirect, ///< somewhere else
    };
    Next next = Next::Finish;
    milliseconds wait{0};
    RestError error;
};

/// The rules by which a RestClient goes on. Values only: no clock, no dice.
struct RestJudge {
    RetryPolicy policy;
    bool repeatable = false; ///< the request does no harm when it arrives twice

    static constexpr int maxRedirects = 5;

    /// \a refusal says what an answer of 400 and more is about; \a retryAfter is what it asks for;
    /// \a share is what RetryPolicy::backOff() takes.
    RestVerdict judge(const RestOutcome &outcome, const RestTries &tries, const RestError &refusal,
        std::optional<milliseconds> retryAfter, double share) const;

    /// Whether an answer with \a status may be followed by another attempt, so that its ticket must
    /// be kept.
    bool mayRetry(int status, const RestTries &tries) const;

private:
    bool canFail(const RestTries &tries) const { return tries.failures + 1 < policy.maxAttempts; }
};

} // namespace Turnstile
