// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/RatelimitHeaders.h"
#include "ratelimit/core/Time.h"

#include <QtCore/QByteArrayView>

#include <limits>
#include <optional>

namespace Turnstile {

/// A number as it stands in a header, or what is wrong with it.
struct HeaderNumber {
    std::optional<HeaderError::Kind> problem;
    qint64 value = 0;
    bool exact = true; ///< nothing was rounded

    bool isValid() const { return !problem; }
};

/// Reads all of \a text as a decimal number (`5`, `+0.25`, `.25`, `2.5e-1`) in units of
/// 10^-\a decimals, rounded up. In exact integer arithmetic, whatever the locale; no prefix of
/// something else is taken for a number. Linear in the length.
HeaderNumber parseNumber(QByteArrayView text, int decimals, qint64 max);

/// As parseNumber(), but for what nearly every number is: digits, and after a point at most
/// \a decimals (3 or less) more. More than any limit for any other text.
template <int decimals> quint64 parsePlainNumber(QByteArrayView text)
{
    constexpr quint64 other = std::numeric_limits<quint64>::max();
    constexpr quint64 powers[] = {1, 10, 100, 1000};
    if (text.size() > 16) // holds that and three decimals
        return other;
    const char *at = text.begin();
    quint64 value = 0;
    const auto readDigits = [&at, end = text.end(), &value] {
        const char *const first = at;
        for (; at != end && *at >= '0' && *at <= '9'; ++at)
            value = value * 10 + quint64(*at - '0');
        return at - first;
    };
    if (readDigits() == 0)
        return other;
    if (at == text.end())
        return value * powers[decimals];
    if (*at != '.')
        return other;
    ++at;
    const auto missing = decimals - readDigits();
    return at == text.end() && missing >= 0 ? value * powers[missing] : other;
}

/// Of several numbers in one value, joined by commas, the last that can be read.
struct JoinedNumber {
    HeaderNumber number;
    QByteArrayView used; ///< where it stands
    bool differ = false; ///< there are others beside it
};

/// As parseNumber(), but for values which a proxy or QNetworkReply has joined. \a text has no
/// blanks at its ends.
JoinedNumber parseJoinedNumber(QByteArrayView text, int decimals, qint64 max);

/// An HTTP date in the one form that may be sent: `Tue, 14 Nov 2023 22:13:20 GMT`.
std::optional<WallTime> parseHttpDate(QByteArrayView text);

} // namespace Turnstile
