// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Enums.h"
#include "ratelimit/core/Time.h"
#include "ratelimit/turnstile_core_export.h"

#include <QtCore/QAnyStringView>
#include <QtCore/QByteArray>
#include <QtCore/QDebug>
#include <QtCore/QSharedDataPointer>
#include <QtCore/QString>

#include <optional>

namespace Turnstile {

class EndpointData;

/// Who sends a request. Limits are counted per credential, so it is a part of the lane's key.
/// Holds a fingerprint only: the token itself cannot be got back. A value, for any thread.
/// Rules: `docs/semantics.md`, "Which requests count together".
class TURNSTILE_CORE_EXPORT Credential {
public:
    /// The bot that the ratelimiter belongs to: the usual case.
    Credential() = default;
    /// No Authorization header: webhooks and interaction callbacks.
    static Credential none();
    /// A token of another user or bot, for proxies and OAuth2 applications. \a secret is hashed at
    /// once; any bytes will do. White space around it, and `Bot ` before it, make no difference.
    static Credential token(QByteArrayView secret);

    /// Whether it is none(): requests go without Authorization.
    bool isNone() const { return m_fingerprint == "-"; }
    /// A key that tells credentials apart: 32 hexadecimal digits of a hash, `-` for none(), empty
    /// for the ratelimiter's own token.
    const QByteArray &fingerprint() const { return m_fingerprint; }

    friend bool operator==(const Credential &, const Credential &) = default;

private:
    QByteArray m_fingerprint; // empty: the ratelimiter's own token
};

/// What a request is for, as far as rate limits care: method, route template and major resource.
///
/// Built from a path as it is sent; `/api/v10`, a leading slash and the query do not matter.
/// Unknown paths work too: what looks like an identifier becomes a parameter.
///
/// An endpoint is where secrets stop. Tokens in the path (webhooks, interactions) are hashed into
/// lane() and shown as dots in name(); nothing that an Endpoint returns contains them.
///
/// A cheap value (implicitly shared), usable in any thread.
/// Rules: `docs/semantics.md`, "Which requests count together".
class TURNSTILE_CORE_EXPORT Endpoint {
public:
    /// An endpoint that names nothing: isValid() is false, all texts are empty, and a ticket for it
    /// is Rejected.
    Endpoint();
    /// \a method on \a path, sent by \a credential. A path without a segment, of more than 2048
    /// bytes, or of more than 16 segments makes an endpoint that is not valid. Any bytes will do.
    Endpoint(Method method, QAnyStringView path, const Credential &credential = {});
    Endpoint(const Endpoint &);
    Endpoint(Endpoint &&) noexcept;
    Endpoint &operator=(const Endpoint &);
    Endpoint &operator=(Endpoint &&) noexcept;
    ~Endpoint();

    /// Whether it names something: its path could be read.
    bool isValid() const { return bool(d); }
    /// The HTTP method; Get where it is not valid.
    Method method() const;
    /// Who sends the request.
    const Credential &credential() const;

    /// Method and template, as in `POST /channels/{channel}/messages`. A route with variants (see
    /// at()) carries the variant behind it: ` (new)` or ` (old)`.
    const QByteArray &route() const;

    /// The resource that limits are counted for, as in `channels/123`, `webhooks/123/<hash>`; empty
    /// where there is none. Tokens are hashed.
    const QByteArray &majorResource() const;

    /// The key of the lane: route, major resource and credential. Equal keys queue together.
    QByteArray lane() const;
    /// A hash of what makes lane(), computed once; the same in all threads. It has 32 bits.
    size_t laneHash() const;

    /// The key of the bucket that the lane uses until the server has named one. That is the lane
    /// itself, but for routes that are known to share (all reactions of a channel, inferred).
    QByteArray provisionalBucket() const;

    /// For people: `POST /channels/123/messages/…/reactions/…/@me`, tokens as `••••`.
    QString name() const;

    /// Whether it takes no slot of the global limit (interaction callbacks and follow-ups), as
    /// Discord documents it.
    bool isExemptFromGlobal() const;
    /// Whether it is an interaction callback, which never waits behind another request.
    bool isInteractionCallback() const;
    /// Whether its requests go one after another in their lane, so that they arrive in order: POST
    /// and PATCH, but for interaction callbacks. See Ordering::Automatic.
    bool isOrdered() const;
    /// Whether the request is expected to carry the bot's Authorization header.
    bool isAuthorized() const;

    /// The same endpoint as it counts at \a now. Deleting a message counts elsewhere when the
    /// message is younger than 10 s or older than 14 days (read from its snowflake); for all other
    /// routes this returns the endpoint unchanged. A ratelimiter does this by itself.
    /// *Inferred:* Discord documents no ages.
    Endpoint at(WallTime now) const;

    /// Endpoints are equal when their lanes are.
    friend bool operator==(const Endpoint &a, const Endpoint &b)
    {
        return a.d == b.d || a.hasLaneOf(b);
    }
    friend size_t qHash(const Endpoint &endpoint, size_t seed = 0)
    {
        return endpoint.laneHash() ^ seed;
    }

private:
    friend class EndpointData;
    bool hasLaneOf(const Endpoint &other) const;

    QSharedDataPointer<EndpointData> d;
};

TURNSTILE_CORE_EXPORT QDebug operator<<(QDebug debug, const Endpoint &endpoint);

/// `GET`, `POST`, ... as they stand in a request line.
TURNSTILE_CORE_EXPORT QByteArrayView methodName(Method method);
/// The method with that name, in any case; nothing when there is none.
TURNSTILE_CORE_EXPORT std::optional<Method> methodFromName(QByteArrayView name);

} // namespace Turnstile

Q_DECLARE_METATYPE(Turnstile::Endpoint)
