// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArrayView>

#include <array>

namespace Turnstile {

/// The headers that RatelimitHeaders reads.
enum class HeaderFieldId : quint8 {
    Limit,
    Remaining,
    Reset,
    ResetAfter,
    Bucket,
    Global,
    Scope,
    RetryAfter,
    Via,
    Date,
    BodyRetryAfter, ///< not a header: the member of the body
    Other,
};

inline constexpr auto headerFieldNames = std::to_array<QByteArrayView>({"x-ratelimit-limit",
    "x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-reset-after", "x-ratelimit-bucket",
    "x-ratelimit-global", "x-ratelimit-scope", "retry-after", "via", "date", "retry_after"});

/// Which header has that \a name, in any case.
inline HeaderFieldId headerFieldOf(QByteArrayView name)
{
    using enum HeaderFieldId;
    const auto is = [name](HeaderFieldId field) {
        const QByteArrayView expected = headerFieldNames[size_t(field)];
        return qstrnicmp(name.data(), name.size(), expected.data(), expected.size()) == 0;
    };
    switch (name.size()) {
    case 3:
        return is(Via) ? Via : Other;
    case 4:
        return is(Date) ? Date : Other;
    case 11:
        return is(RetryAfter) ? RetryAfter : Other;
    case 17:
        return is(Limit) ? Limit : is(Reset) ? Reset : is(Scope) ? Scope : Other;
    case 18:
        return is(Bucket) ? Bucket : is(Global) ? Global : Other;
    case 21:
        return is(Remaining) ? Remaining : Other;
    case 23:
        return is(ResetAfter) ? ResetAfter : Other;
    default:
        return Other;
    }
}

} // namespace Turnstile
