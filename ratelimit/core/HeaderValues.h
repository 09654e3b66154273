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
/// \a decimals (3 or less) more. For any other text, more than any number's maximum.
Q_ALWAYS_INLINE quint64 parsePlainNumber(QByteArrayView text, int decimals)
{
    constexpr quint64 other = std::numeric_limits<quint64>::max();
    static constexpr quint64 powers[] = {1, 10, 100, 1000};
    if (text.isEmpty() || text.size() > 16) // holds that and three decimals
        return other;
    const char *const end = text.end();
    qsizetype at = -text.size(); // from the end
    quint64 value = 0;
    const auto readDigits = [end, &at, &value] {
        for (; at != 0; ++at) {
            const auto digit = uchar(end[at]) - unsigned('0');
            if (digit > 9)
                return false;
            value = value * 10 + digit;
        }
        return true;
    };
    if (readDigits())
        return value * powers[decimals];
    const qsizetype missing = decimals + at + 1;
    if (end[at] != '.' || at++ == -text.size() || missing < 0 || !readDigits())
        return other;
    return value * powers[missing];
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
