// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/Endpoint.h"

#include "ratelimit/core/EndpointData.h"

#include <algorithm>
#include <array>

namespace Turnstile {

using namespace std::chrono_literals;

namespace {

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

using Variant = EndpointShape::Variant;

/// How old a message is decides where its deletion counts.
Variant variantAt(quint64 message, WallTime now)
{
    const WallTime created{milliseconds(qint64(message >> 22) + 1'420'070'400'000)};
    if (now - created < 10s)
        return Variant::New;
    return now - created > 14 * 24h ? Variant::Old : Variant::None;
}

} // namespace

Credential Credential::none()
{
    Credential credential;
    credential.m_fingerprint = QByteArrayLiteral("-");
    return credential;
}

Credential Credential::token(QByteArrayView secret)
{
    secret = secret.trimmed(); // of a file, it ends with a line
    if (secret.startsWith("Bot "))
        secret = secret.sliced(4).trimmed();
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

Method Endpoint::method() const
{
    return EndpointData::of(*this).shape->method;
}

const Credential &Endpoint::credential() const
{
    return EndpointData::of(*this).shape->credential;
}

const QByteArray &Endpoint::route() const
{
    return EndpointData::of(*this).shape->route;
}

const QByteArray &Endpoint::majorResource() const
{
    return EndpointData::of(*this).major;
}

QByteArray Endpoint::lane() const
{
    return d ? d->lane() : QByteArray();
}

size_t Endpoint::laneHash() const
{
    return EndpointData::of(*this).laneHash;
}

QByteArray Endpoint::provisionalBucket() const
{
    // All reactions of a channel share (inferred).
    return d && d->shape->is(EndpointShape::IsReaction) ? "reactions" + d->place() : lane();
}

QString Endpoint::name() const
{
    return printable(EndpointData::of(*this).shown());
}

bool Endpoint::isExemptFromGlobal() const
{
    return EndpointData::of(*this).shape->is(EndpointShape::IsExempt);
}

bool Endpoint::isInteractionCallback() const
{
    return EndpointData::of(*this).shape->is(EndpointShape::IsCallback);
}

bool Endpoint::isOrdered() const
{
    return EndpointData::of(*this).shape->is(EndpointShape::IsOrdered);
}

bool Endpoint::isAuthorized() const
{
    return EndpointData::of(*this).shape->is(EndpointShape::IsAuthorized);
}

Endpoint Endpoint::at(WallTime now) const
{
    const EndpointShape &shape = *EndpointData::of(*this).shape;
    if (shape.deletedMessage == 0)
        return *this;
    const Variant variant = variantAt(shape.deletedMessage, now);
    Endpoint endpoint = *this;
    if (variant != shape.variant)
        endpoint.d->setVariant(variant);
    return endpoint;
}

bool Endpoint::hasLaneOf(const Endpoint &other) const
{
    return EndpointData::of(*this).hasLaneOf(EndpointData::of(other));
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
