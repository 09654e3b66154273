// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/RatelimitHeaders.h"
#include "ratelimit/core/Time.h"

#include <QtCore/QByteArrayView>

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
/// \a decimals (3 or less) more. Nothing for any other text, and over \a max.
inline std::optional<qint64> parsePlainNumber(QByteArrayView text, int decimals, qint64 max)
{
    if (text.size() > 16) // holds that and three decimals
        return {};
    const char *at = text.begin();
    quint64 value = 0;
    const auto readDigits = [&at, end = text.end(), &value] {
        const char *const first = at;
        for (; at != end && *at >= '0' && *at <= '9'; ++at)
            value = value * 10 + quint64(*at - '0');
        return int(at - first);
    };
    if (readDigits() == 0)
        return {};
    if (at != text.end() && *at == '.') {
        ++at;
        decimals -= readDigits();
    }
    if (at != text.end() || decimals < 0)
        return {};
    for (; decimals > 0; --decimals)
        value *= 10;
    return value <= quint64(max) ? std::optional(qint64(value)) : std::nullopt;
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
