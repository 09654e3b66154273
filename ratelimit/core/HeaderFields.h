// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArrayView>

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

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

/// Whether \a name is that of \a field, in any case. It has the same length.
template <HeaderFieldId field> bool isHeaderField(const char *name)
{
    constexpr QByteArrayView expected = headerFieldNames[size_t(field)];
    constexpr qsizetype size = expected.size();
    using Word =
        std::conditional_t<size >= 8, quint64, std::conditional_t<size >= 4, quint32, quint16>>;
    constexpr qsizetype step = sizeof(Word);
    // Their ends tell them apart, so these are first.
    for (qsizetype end = size; end > 0; end -= step) {
        const qsizetype start = std::max<qsizetype>(end - step, 0); // the first two words overlap
        Word actual = 0;
        Word lower = 0;
        std::memcpy(&actual, name + start, sizeof(Word));
        std::memcpy(&lower, expected.data() + start, sizeof(Word));
        // Only letters have bit 6; their upper case lacks bit 5.
        const auto letters = Word(lower & Word(0x4040'4040'4040'4040));
        if (Word(actual | letters >> 1) != lower)
            return false;
    }
    return true;
}

/// Which header has that \a name, in any case.
Q_ALWAYS_INLINE HeaderFieldId headerFieldOf(QByteArrayView name)
{
    using enum HeaderFieldId;
    const char *const text = name.data();
    switch (name.size()) {
    case 3:
        return isHeaderField<Via>(text) ? Via : Other;
    case 4:
        return isHeaderField<Date>(text) ? Date : Other;
    case 11:
        return isHeaderField<RetryAfter>(text) ? RetryAfter : Other;
    case 17:
        return isHeaderField<Limit>(text) ? Limit
            : isHeaderField<Reset>(text)  ? Reset
            : isHeaderField<Scope>(text)  ? Scope
                                          : Other;
    case 18:
        return isHeaderField<Bucket>(text) ? Bucket : isHeaderField<Global>(text) ? Global : Other;
    case 21:
        return isHeaderField<Remaining>(text) ? Remaining : Other;
    case 23:
        return isHeaderField<ResetAfter>(text) ? ResetAfter : Other;
    default:
        return Other;
    }
}

} // namespace Turnstile
