// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/PathSegments.h"

#include <QtCore/QCryptographicHash>

#include <algorithm>

namespace Turnstile {

static constexpr bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

static bool isNumber(Segment segment)
{
    return std::ranges::all_of(segment, isDigit);
}

static bool isApiVersion(Segment segment)
{
    return segment.size() > 1 && segment.front() == 'v' && isNumber(segment.substr(1));
}

Segments splitPath(Segment path)
{
    const size_t slash = path.find('/');
    if (slash > 0 && slash != Segment::npos && path[slash - 1] == ':'
        && path.substr(slash).starts_with("//") && path.find_first_of("?#") > slash) {
        path.remove_prefix(slash + 2);
        path.remove_prefix(std::min(path.find_first_of("/?#"), path.size()));
    }
    path = path.substr(0, path.find('#'));
    path = path.substr(0, path.find('?'));

    Segments segments;
    if (path.size() > maxPathLength)
        return segments;
    while (!path.empty()) {
        const size_t end = std::min(path.find('/'), path.size());
        Segment segment = path.substr(0, end);
        path.remove_prefix(std::min(end + 1, path.size()));
        if (segment == "%40me")
            segment = "@me";
        else if (segment == "%40original")
            segment = "@original";
        if (!segment.empty())
            segments.append(segment);
        if (segments.size() > maxSegments)
            return {};
    }
    if (!segments.isEmpty() && segments.first() == "api") {
        const bool hasVersion = segments.size() > 1 && isApiVersion(segments.at(1));
        segments.remove(0, hasVersion ? 2 : 1);
    }
    return segments;
}

bool looksSecret(Segment segment)
{
    if (segment.size() >= 40)
        return true;
    if (segment.size() < 20)
        return false;
    const auto has = [segment](char from, char to) {
        return std::ranges::any_of(segment, [=](char c) { return c >= from && c <= to; });
    };
    return has('a', 'z') && has('A', 'Z') && has('0', '9');
}

bool looksLikeId(Segment segment)
{
    const size_t colon = segment.rfind(':');
    return isNumber(segment)
        || (colon != Segment::npos && colon + 1 < segment.size()
            && isNumber(segment.substr(colon + 1)));
}

bool isInteractionToken(Segment token)
{
    return token.starts_with("aW50ZXJhY3Rpb246");
}

QByteArray fingerprintOf(QByteArrayView secret)
{
    const QByteArray hash = QCryptographicHash::hash(secret, QCryptographicHash::Sha256);
    return hash.first(16).toHex();
}

} // namespace Turnstile
