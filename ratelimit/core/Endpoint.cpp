// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/Endpoint.h"

#include "ratelimit/core/PathSegments.h"
#include "ratelimit/core/RouteTable.h"

#include <QtCore/QSet>

#include <algorithm>
#include <array>
#include <charconv>

namespace Turnstile {

using namespace std::chrono_literals;

namespace {

constexpr QByteArrayView idPlace = "{id}"; // in a route
constexpr QByteArrayView tokenPlace = "{token}";
constexpr Segment hiddenId = "…";
constexpr Segment hiddenToken = "••••";

bool isShown(QChar c)
{
    if (c.unicode() < 0x7f)
        return c >= u' ';
    switch (c.category()) {
    case QChar::Other_Control:
    case QChar::Other_Format: // turns the rest of a line around, or hides
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return false;
    default:
        return true;
    }
}

/// For people: nothing that would break a line.
QString printable(const QByteArray &bytes)
{
    QString text = QString::fromUtf8(bytes);
    std::ranges::replace_if(
        text, [](QChar c) { return !isShown(c); }, u'?');
    return text;
}

enum class Variant : quint8 { None, New, Old };
constexpr auto variantSuffix = std::to_array<Segment>({"", " (new)", " (old)"});

/// How old a message is decides where its deletion counts.
Variant variantAt(quint64 message, WallTime now)
{
    const WallTime created{milliseconds(qint64(message >> 22) + 1'420'070'400'000)};
    if (now - created < 10s)
        return Variant::New;
    return now - created > 14 * 24h ? Variant::Old : Variant::None;
}

} // namespace

class EndpointData : public QSharedData {
public:
    EndpointData() = default;
    EndpointData(Method m, const Segments &segments, const Credential &sender);

    void setVariant(Variant value);
    QByteArray lane() const { return route + place(); }
    // '#' never occurs within a segment, so that no path can look like another one's key.
    QByteArray place() const { return '#' + major + '#' + owner; }
    QByteArray shown() const;

    Method method = Method::Get;
    Variant variant = Variant::None;
    bool exempt = false;
    bool callback = false;
    bool authorized = true;
    bool reaction = false;
    quint64 deletedMessage = 0; // 0: the route has no variants
    size_t laneHash = 0;
    QByteArray route;
    QByteArray major;
    Credential credential;
    QByteArray owner; // what else tells lanes apart: the credential, and tokens in unknown places
};

/// The one copy of a route that this thread's endpoints share: of few routes there are many.
static QByteArray shared(const QByteArray &route)
{
    constexpr qsizetype mostRoutes = 1000; // undocumented ones may be anything
    thread_local QSet<QByteArray> routes;
    const auto known = routes.constFind(route);
    if (known != routes.cend())
        return *known;
    return routes.size() < mostRoutes ? *routes.insert(route) : route;
}

EndpointData::EndpointData(Method m, const Segments &segments, const Credential &sender)
    : method(m)
    , authorized(!sender.isNone())
    , credential(sender)
    , owner(sender.fingerprint())
{
    const RouteMatch match = matchRoute({segments.data(), size_t(segments.size())});
    const Segment top = segments.first();
    const bool isInteraction = top == "interactions";
    const bool hasToken = isInteraction || top == "webhooks";
    const bool isMajor = hasToken || top == "channels" || top == "guilds";

    route = methodName(m).toByteArray() + ' ';
    for (qsizetype i = 0; i < segments.size(); ++i) {
        const Segment segment = segments.at(i);
        const bool known = i < match.known;
        const bool parameter = known ? match.isParameter(i) : looksLikeId(segment);
        const bool inMajor = isMajor && parameter && (i == 1 || (i == 2 && hasToken));
        const bool isToken = inMajor && i == 2;
        const bool secret = isToken || ((!known || inMajor) && looksSecret(segment));

        const QByteArray key =
            secret ? fingerprintOf(segment) : QByteArrayView(segment).toByteArray();
        if (inMajor)
            major.append(i == 1 ? top : Segment()).append('/').append(key);
        else if (secret)
            owner += '#' + key;

        route += '/';
        if (secret)
            route.append(tokenPlace);
        else if (inMajor && !isInteraction)
            route.append('{').append(top.substr(0, top.size() - 1)).append('}');
        else if (parameter)
            route.append(idPlace);
        else
            route.append(key);
        if (isToken && !isInteraction) {
            authorized = false;
            exempt = isInteractionToken(segment);
        }
    }
    const auto isShape = [&](qsizetype at, Segment literal) {
        return at < segments.size() && at < match.known && segments.at(at) == literal
            && !match.isParameter(at);
    };
    callback = isInteraction && segments.size() == 4 && isShape(3, "callback");
    exempt = exempt || callback;
    authorized = authorized && !callback;
    const bool ofMessage = top == "channels" && isShape(2, "messages") && match.isParameter(3);
    reaction = ofMessage && isShape(4, "reactions");
    if (ofMessage && segments.size() == 4 && method == Method::Delete) {
        const Segment id = segments.at(3);
        const auto [end, error] = std::from_chars(id.begin(), id.end(), deletedMessage);
        if (error != std::errc() || end != id.end())
            deletedMessage = 0;
    }
    route = shared(route);
    laneHash = qHash(lane(), 0);
}

// The route, with the major resource in its place and what else a parameter is hidden.
QByteArray EndpointData::shown() const
{
    const Segment suffix = variantSuffix[size_t(variant)];
    const qsizetype idAt = major.indexOf('/') + 1;
    const QByteArrayView id = QByteArrayView(major).sliced(idAt);
    const QByteArray majorPlace = idAt > 2 ? '{' + major.first(idAt - 2) + '}' : QByteArray();
    QByteArray text;
    text.reserve(route.size() + id.size());
    const QByteArrayView base = QByteArrayView(route).chopped(qsizetype(suffix.size()));
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

void EndpointData::setVariant(Variant value)
{
    route.chop(qsizetype(variantSuffix[size_t(variant)].size()));
    route = shared(route + variantSuffix[size_t(value)].data());
    variant = value;
    laneHash = qHash(lane(), 0);
}

Credential Credential::none()
{
    Credential credential;
    credential.m_fingerprint = QByteArrayLiteral("-");
    return credential;
}

Credential Credential::token(QByteArrayView secret)
{
    Credential credential;
    credential.m_fingerprint = fingerprintOf(secret);
    return credential;
}

Endpoint::Endpoint() = default;
Endpoint::Endpoint(const Endpoint &) = default;
Endpoint::Endpoint(Endpoint &&) noexcept = default;
Endpoint &Endpoint::operator=(const Endpoint &) = default;
Endpoint &Endpoint::operator=(Endpoint &&) noexcept = default;
Endpoint::~Endpoint() = default;

Endpoint::Endpoint(Method method, QAnyStringView path, const Credential &credential)
{
    QByteArray utf8;
    Segment bytes;
    path.visit([&](auto text) {
        if constexpr (sizeof(*text.data()) == 1) {
            bytes = Segment(reinterpret_cast<const char *>(text.data()), size_t(text.size()));
        } else {
            utf8 = text.toUtf8();
            bytes = Segment(utf8.constData(), size_t(utf8.size()));
        }
    });
    if (const Segments segments = splitPath(bytes); !segments.isEmpty())
        d = new EndpointData(method, segments, credential);
}

// An endpoint without data names nothing.
static const EndpointData &valueOf(const QSharedDataPointer<EndpointData> &d)
{
    static const EndpointData nothing;
    return d ? *d : nothing;
}

bool Endpoint::isValid() const
{
    return d;
}

Method Endpoint::method() const
{
    return valueOf(d).method;
}
const Credential &Endpoint::credential() const
{
    return valueOf(d).credential;
}

const QByteArray &Endpoint::route() const
{
    return valueOf(d).route;
}

const QByteArray &Endpoint::majorResource() const
{
    return valueOf(d).major;
}

QByteArray Endpoint::lane() const
{
    return d ? d->lane() : QByteArray();
}

size_t Endpoint::laneHash() const
{
    return d ? d->laneHash : 0;
}

QByteArray Endpoint::provisionalBucket() const
{
    // All reactions of a channel share (inferred).
    return d && d->reaction ? "reactions" + d->place() : lane();
}

QString Endpoint::name() const
{
    return printable(valueOf(d).shown());
}

bool Endpoint::isExemptFromGlobal() const
{
    return valueOf(d).exempt;
}

bool Endpoint::isInteractionCallback() const
{
    return valueOf(d).callback;
}

bool Endpoint::isOrdered() const
{
    return !isInteractionCallback() && (method() == Method::Post || method() == Method::Patch);
}

bool Endpoint::isAuthorized() const
{
    return valueOf(d).authorized;
}

Endpoint Endpoint::at(WallTime now) const
{
    const EndpointData &data = valueOf(d);
    if (data.deletedMessage == 0)
        return *this;
    const Variant variant = variantAt(data.deletedMessage, now);
    Endpoint endpoint = *this;
    if (variant != data.variant)
        endpoint.d->setVariant(variant);
    return endpoint;
}

bool Endpoint::hasLaneOf(const Endpoint &other) const
{
    const EndpointData &left = valueOf(d);
    const EndpointData &right = valueOf(other.d);
    return left.laneHash == right.laneHash && left.route == right.route && left.major == right.major
        && left.owner == right.owner;
}

QDebug operator<<(QDebug debug, const Endpoint &endpoint)
{
    QDebugStateSaver saver(debug);
    return debug.nospace().noquote() << "Endpoint(" << endpoint.name() << ')';
}

static constexpr auto methodNames =
    std::to_array<const char *>({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"});

QByteArrayView methodName(Method method)
{
    return methodNames[size_t(method)];
}

std::optional<Method> methodFromName(QByteArrayView name)
{
    for (size_t i = 0; i < methodNames.size(); ++i) {
        if (name.compare(methodNames[i], Qt::CaseInsensitive) == 0)
            return Method(i);
    }
    return {};
}

} // namespace Turnstile
