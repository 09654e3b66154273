// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestVerdict.h"

#include "ratelimit/http/RestTexts.h"

#include <algorithm>

namespace Turnstile {

namespace {

// Of the server, or of a gateway before it. Not 501 and 505: they do not pass by waiting.
bool isPassingFailure(int status)
{
    return status == 500 || (status >= 502 && status <= 504) || (status >= 520 && status <= 524);
}

bool isFollowedRedirect(int status)
{
    return (status >= 301 && status <= 303) || status == 307 || status == 308;
}

bool isPassingFault(RestError::Code code)
{
    return code == RestError::Code::ConnectionFailed || code == RestError::Code::TimedOut;
}

} // namespace

RestVerdict RestJudge::judge(const RestOutcome &outcome, const RestTries &tries,
    const RestError &refusal, std::optional<milliseconds> retryAfter, double share) const
{
    using Next = RestVerdict::Next;
    using Code = RestError::Code;
    const RestError &fault = outcome.result.error;
    const int status = outcome.result.status;
    const milliseconds backOff = policy.backOff(tries.failures + 1, share);

    if (fault) {
        const bool safe = repeatable || !outcome.sent;
        const bool again = isPassingFault(fault.code) && safe && canFail(tries);
        return {again ? Next::Retry : Next::Finish, again ? backOff : milliseconds(0), fault};
    }
    if (status < 300 || status == 304)
        return {};
    if (status < 400) {
        if (isFollowedRedirect(status) && tries.redirects < maxRedirects)
            return {Next::Redirect, {}, {}};
        const QString text = isFollowedRedirect(status)
            ? QStringLiteral("The server redirects again and again (%1).").arg(status)
            : QStringLiteral("The server answers with what is not the resource (%1).").arg(status);
        return {Next::Finish, {}, restError(Code::RedirectRefused, text)};
    }
    if (status == 429) {
        const bool again = tries.limited < policy.maxRateLimited;
        return {again ? Next::Wait : Next::Finish, retryAfter.value_or(milliseconds(0)), refusal};
    }
    if (!mayRetry(status, tries) || retryAfter > policy.longestRetryAfter)
        return {Next::Finish, {}, refusal};
    return {Next::Retry, std::max(backOff, retryAfter.value_or(milliseconds(0))), refusal};
}

bool RestJudge::mayRetry(int status, const RestTries &tries) const
{
    if (status == 429)
        return tries.limited < policy.maxRateLimited;
    return isPassingFailure(status) && repeatable && canFail(tries);
}

} // namespace Turnstile
