// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/HeaderValues.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

namespace Turnstile {

namespace {

/// mantissa * 10^exponent, and a little more if \ref inexact.
struct Decimal {
    quint64 mantissa = 0;
    int exponent = 0;
    bool negative = false;
    bool inexact = false;
};

constexpr int maxExponent = 1'000'000; // far beyond anything that is not an error

std::optional<Decimal> parseDecimal(QByteArrayView text)
{
    Decimal decimal;
    const char *at = text.begin();
    const char *const end = text.end();
    if (at != end && (*at == '+' || *at == '-'))
        decimal.negative = *at++ == '-';

    bool hasDigits = false;
    bool hasPoint = false;
    for (; at != end; ++at) {
        if (*at == '.' && !hasPoint) {
            hasPoint = true;
            continue;
        }
        if (*at < '0' || *at > '9')
            break;
        hasDigits = true;
        const auto digit = quint64(*at - '0');
        const bool fits = decimal.mantissa < 100'000'000'000'000'000; // 17 digits and one more
        if (fits)
            decimal.mantissa = decimal.mantissa * 10 + digit;
        else
            decimal.inexact |= digit != 0;
        if (fits == hasPoint && std::abs(decimal.exponent) < maxExponent)
            decimal.exponent += hasPoint ? -1 : 1;
    }
    if (!hasDigits)
        return {};
    if (at != end && (*at == 'e' || *at == 'E')) {
        ++at;
        if (at != end && *at == '+' && (++at == end || *at == '-'))
            return {};
        int exponent = 0;
        const auto [last, error] = std::from_chars(at, end, exponent);
        if (error == std::errc::invalid_argument)
            return {};
        if (error == std::errc::result_out_of_range)
            exponent = *at == '-' ? -maxExponent : maxExponent;
        decimal.exponent += std::clamp(exponent, -maxExponent, maxExponent);
        at = last;
    }
    return at == end ? std::optional(decimal) : std::nullopt;
}

bool isNotFinite(QByteArrayView text)
{
    if (text.startsWith('+') || text.startsWith('-'))
        text = text.sliced(1);
    return std::ranges::any_of(std::array{"nan", "inf", "infinity"},
        [text](const char *word) { return text.compare(word, Qt::CaseInsensitive) == 0; });
}

std::optional<int> twoDigits(QByteArrayView text, qsizetype at)
{
    int value = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + 2, value);
    if (error != std::errc() || end != text.data() + at + 2 || value < 0)
        return {};
    return value;
}

} // namespace

HeaderNumber parseNumber(QByteArrayView text, int decimals, qint64 max)
{
    using Kind = HeaderError::Kind;
    const std::optional<Decimal> decimal = parseDecimal(text);
    if (!decimal)
        return {isNotFinite(text) ? Kind::TooLarge : Kind::Malformed};
    if (decimal->mantissa == 0)
        return {};
    if (decimal->negative)
        return {Kind::Negative};

    quint64 value = decimal->mantissa;
    bool exact = !decimal->inexact;
    int shift = decimal->exponent + decimals;
    for (; shift > 0 && value <= quint64(max); --shift)
        value *= 10;
    for (; shift < 0 && value > 0; ++shift) {
        exact = exact && value % 10 == 0;
        value /= 10;
    }
    if (!exact)
        ++value;
    if (value > quint64(max))
        return {Kind::TooLarge};
    return {{}, qint64(value), exact};
}

JoinedNumber parseJoinedNumber(QByteArrayView text, int decimals, qint64 max)
{
    JoinedNumber result{parseNumber(text, decimals, max), text};
    if (result.number.problem != HeaderError::Kind::Malformed)
        return result;
    JoinedNumber last{result.number, {}};
    for (qsizetype end = text.size(); end >= 0;) {
        const qsizetype comma = text.first(end).lastIndexOf(',');
        const QByteArrayView part = text.sliced(comma + 1, end - comma - 1).trimmed();
        if (!last.number.isValid()) {
            last.number = parseNumber(part, decimals, max);
            last.used = part;
        }
        last.differ = last.differ || part != last.used || !last.number.isValid();
        end = comma;
    }
    return last.number.isValid() ? last : result;
}

std::optional<WallTime> parseHttpDate(QByteArrayView text)
{
    using namespace std::chrono;
    constexpr QByteArrayView form = "ddd, 00 Mmm 0000 00:00:00 GMT";
    constexpr QByteArrayView months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (text.size() != form.size() || !text.endsWith(" GMT") || text.sliced(3, 2) != ", "
        || text.at(7) != ' ' || text.at(11) != ' ' || text.at(16) != ' ' || text.at(19) != ':'
        || text.at(22) != ':') {
        return {};
    }
    const auto dayOfMonth = twoDigits(text, 5);
    const qsizetype month = months.indexOf(text.sliced(8, 3));
    const auto century = twoDigits(text, 12);
    const auto yearOfCentury = twoDigits(text, 14);
    const auto hour = twoDigits(text, 17);
    const auto minute = twoDigits(text, 20);
    const auto second = twoDigits(text, 23);
    if (!dayOfMonth || month < 0 || month % 3 != 0 || !century || !yearOfCentury || !hour || !minute
        || !second || *hour > 23 || *minute > 59 || *second > 60) {
        return {};
    }
    const year_month_day date{year(*century * 100 + *yearOfCentury),
        std::chrono::month(unsigned(month / 3 + 1)), day(unsigned(*dayOfMonth))};
    if (!date.ok())
        return {};
    return sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second);
}

} // namespace Turnstile
