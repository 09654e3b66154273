// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Endpoint.h"

#include <QtCore/QExplicitlySharedDataPointer>

namespace Turnstile {

/// What the endpoints of a route have in common: all but the major resource. Many endpoints share
/// one, so that each of them is small. Never changes once it is shared; for any thread.
class EndpointShape : public QSharedData {
public:
    using Pointer = QExplicitlySharedDataPointer<const EndpointShape>;
    enum class Variant : quint8 { None, New, Old };
    enum Flag : quint8 {
        IsExempt = 1,
        IsCallback = 2,
        IsAuthorized = 4,
        IsOrdered = 8,
        IsReaction = 16,
    };

    /// That of an endpoint that names nothing.
    EndpointShape() = default;
    /// One of its own. \a properties are of Flag, \a text is the route.
    EndpointShape(Method m, quint8 properties, const QByteArray &text, const Credential &sender);

    /// The one that the endpoints made in this thread share. A thread keeps 1 000 of the bot and
    /// 1 000 of other credentials (undocumented routes may be anything); what comes later gets its
    /// own.
    static Pointer shared(
        Method method, quint8 flags, QByteArrayView route, const Credential &credential);

    bool is(Flag flag) const { return (flags & flag) != 0; }
    /// Whether both make the same lane of the same major resource.
    bool hasLaneOf(const EndpointShape &other) const
    {
        return this == &other
            || (hash == other.hash && route == other.route && owner == other.owner);
    }
    /// Sets `hash`, which is of the texts alone: the same in all threads.
    void updateHash() { hash = qHash(route, qHash(owner)); }

    Method method = Method::Get;
    Variant variant = Variant::None;
    quint8 flags = IsAuthorized;
    size_t hash = 0;
    QByteArray route;
    Credential credential;
    QByteArray owner; ///< what else tells lanes apart: the credential, and tokens in unknown places
    quint64 deletedMessage = 0; ///< 0: the route has no variants
};

} // namespace Turnstile
