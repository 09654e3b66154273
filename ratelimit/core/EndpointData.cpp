// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/EndpointData.h"

#include "ratelimit/core/RouteTable.h"

#include <array>
#include <charconv>
#include <memory>

namespace Turnstile {

namespace {

using Text = QVarLengthArray<char, 256>; // so that nothing is allocated for what is known already

constexpr Segment idPlace = "{id}"; // in a route
constexpr Segment tokenPlace = "{token}";
constexpr Segment hiddenId = "…";
constexpr Segment hiddenToken = "••••";
constexpr auto variantSuffix = std::to_array<Segment>({"", " (new)", " (old)"});

template <typename... Parts> void add(Text &text, const Parts &...parts)
{
    (text.append(parts.data(), qsizetype(parts.size())), ...);
}

quint64 numberIn(Segment segment)
{
    quint64 number = 0;
    const auto [end, error] = std::from_chars(segment.begin(), segment.end(), number);
    return error == std::errc() && end == segment.end() ? number : 0;
}

} // namespace

EndpointData::EndpointData()
    : shape(new EndpointShape)
{
}

const EndpointData &EndpointData::nothing()
{
    // Never destroyed: endpoints that are not valid may be asked until the very end.
    static const EndpointData *const nothing = new EndpointData;
    return *nothing;
}

EndpointData::EndpointData(Method method, const Segments &segments, const Credential &sender)
{
    const RouteMatch match = matchRoute({segments.data(), size_t(segments.size())});
    const Segment top = segments.first();
    const bool isInteraction = top == "interactions";
    const bool hasToken = isInteraction || top == "webhooks";
    const bool isMajor = hasToken || top == "channels" || top == "guilds";

    bool exempt = false;
    bool authorized = !sender.isNone();
    Text route;
    Text place;
    QByteArray tokens; // in unknown places
    add(route, methodName(method), Segment(" "));
    for (qsizetype i = 0; i < segments.size(); ++i) {
        const Segment segment = segments.at(i);
        const bool known = i < match.known;
        const bool parameter = known ? match.isParameter(i) : looksLikeId(segment);
        const bool inMajor = isMajor && parameter && (i == 1 || (i == 2 && hasToken));
        const bool isToken = inMajor && i == 2;
        const bool secret = isToken || ((!known || inMajor) && looksSecret(segment));

        const QByteArray hidden = secret ? fingerprintOf(segment) : QByteArray();
        const Segment key = secret ? Segment(hidden.data(), size_t(hidden.size())) : segment;
        if (inMajor)
            add(place, i == 1 ? top : Segment(), Segment("/"), key);
        else if (secret)
            tokens += '#' + hidden;

        add(route, Segment("/"));
        if (secret)
            add(route, tokenPlace);
        else if (inMajor && !isInteraction)
            add(route, Segment("{"), top.substr(0, top.size() - 1), Segment("}"));
        else
            add(route, parameter ? idPlace : segment);
        if (isToken && !isInteraction) {
            authorized = false;
            exempt = isInteractionToken(segment);
        }
    }
    const auto isShape = [&](qsizetype at, Segment literal) {
        return at < segments.size() && at < match.known && segments.at(at) == literal
            && !match.isParameter(at);
    };
    const bool callback = isInteraction && segments.size() == 4 && isShape(3, "callback");
    const bool ordered = !callback && (method == Method::Post || method == Method::Patch);
    const bool ofMessage = top == "channels" && isShape(2, "messages") && match.isParameter(3);
    const quint8 flags = (exempt || callback ? EndpointShape::IsExempt : 0)
        | (callback ? EndpointShape::IsCallback : 0)
        | (authorized && !callback ? EndpointShape::IsAuthorized : 0)
        | (ordered ? EndpointShape::IsOrdered : 0)
        | (ofMessage && isShape(4, "reactions") ? EndpointShape::IsReaction : 0);
    const bool isDeletion = ofMessage && segments.size() == 4 && method == Method::Delete;
    const quint64 deletedMessage = isDeletion ? numberIn(segments.at(3)) : 0;

    major = QByteArray(place.data(), place.size()); // not a byte more than it takes
    shape = EndpointShape::shared(method, flags, {route.data(), route.size()}, sender);
    if (deletedMessage != 0 || !tokens.isEmpty()) {
        auto own = std::make_unique<EndpointShape>(*shape);
        own->deletedMessage = deletedMessage;
        own->owner += tokens;
        own->updateHash();
        shape = own.release();
    }
    updateHash();
}

// The route, with the major resource in its place and what else a parameter is hidden.
QByteArray EndpointData::shown() const
{
    const Segment suffix = variantSuffix[size_t(shape->variant)];
    const qsizetype idAt = major.indexOf('/') + 1;
    const QByteArrayView id = QByteArrayView(major).sliced(idAt);
    const QByteArray majorPlace = idAt > 2 ? '{' + major.first(idAt - 2) + '}' : QByteArray();
    QByteArray text;
    text.reserve(shape->route.size() + id.size());
    const QByteArrayView base = QByteArrayView(shape->route).chopped(qsizetype(suffix.size()));
    for (qsizetype at = 0; at < base.size();) {
        const qsizetype slash = base.indexOf('/', at);
        const qsizetype end = slash < 0 ? base.size() : slash;
        const QByteArrayView segment = base.sliced(at, end - at);
        if (at > 0)
            text.append('/');
        if (segment == tokenPlace)
            text.append(hiddenToken);
        else if (segment == idPlace)
            text.append(hiddenId);
        else if (segment == majorPlace)
            text.append(id.first(id.contains('/') ? id.indexOf('/') : id.size()));
        else
            text.append(segment);
        at = end + 1;
    }
    return text.append(suffix);
}

void EndpointData::setVariant(EndpointShape::Variant value)
{
    Text route;
    const Segment suffix = variantSuffix[size_t(shape->variant)];
    add(route, QByteArrayView(shape->route).chopped(qsizetype(suffix.size())),
        variantSuffix[size_t(value)]);
    auto own = std::make_unique<EndpointShape>(*shape);
    own->route = EndpointShape::shared(
        own->method, own->flags, {route.data(), route.size()}, own->credential)
                     ->route;
    own->variant = value;
    own->updateHash();
    shape = own.release();
    updateHash();
}

} // namespace Turnstile
