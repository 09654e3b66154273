// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include <optional>

namespace Turnstile {

/// What happens to tickets while Redis cannot be reached. While it can, and refuses (it is full, or
/// the user lacks a right), they wait.
enum class FailurePolicy {
    Wait,       ///< they wait until it is back; no limit can be exceeded
    LocalShare, ///< each process goes on with its part of the limits: one over the number of
                ///< processes that were last seen
};

/// A connection by TLS. The certificate has to be for RedisOptions::host.
struct RedisTls {
    QString caFile{};          ///< certificates to trust, PEM; empty: those of the system
    QString certificateFile{}; ///< the client's own, PEM; empty: none
    QString keyFile{};         ///< the private key that belongs to it (RSA or EC), PEM

    friend bool operator==(const RedisTls &, const RedisTls &) = default;
};

/// Where the Redis is that processes share, and as whom they count there. A value, for any thread.
struct RedisOptions {
    /// Reads what people write: `redis://[user][:password]@host[:port][/database]`, or `rediss://`
    /// for TLS; without `redis://` it is the same; `unix:PATH`, or `unix:///path` with what is
    /// special percent-encoded, as users and passwords are. IPv6 addresses are in brackets. What is
    /// not said is as below. Nothing when it cannot be read: \a problem is a sentence then, which
    /// never repeats what was written.
    Q_DECL_EXPORT static std::optional<RedisOptions> parse(
        const QString &address, QString *problem = nullptr);

    QString host = QStringLiteral("localhost"); ///< a name or an address
    quint16 port = 6379;                        ///< of the host
    QString unixSocket{};                       ///< its path, instead of host and port; without TLS
    QString user{};                             ///< empty: the default user
    QString password{};                         ///< empty: none is asked for; never shown or logged
    std::optional<RedisTls> tls{};              ///< nothing: the connection is not encrypted
    int database = 0;                           ///< a cluster has 0 only

    /// What all keys begin with. Bots of different tokens need no different ones.
    QString prefix = QStringLiteral("turnstile");
    /// Who counts together: all processes that say the same. Use
    /// `Credential::token(secret).fingerprint()`; the token itself is not for Redis.
    QByteArray fingerprint{};
    /// Who shares an IP address, and with it the count of invalid requests: processes on the same
    /// machine or behind the same NAT say the same.
    QString ipGroup = QStringLiteral("default");

    /// What the process is called where somebody watches any of them; with its pid and the name of
    /// the machine. Empty: `QCoreApplication::applicationName()`.
    QString name{};

    milliseconds connectTimeout{5000}; ///< for the name, the connection and the login together
    /// For a reply. A connection without one is closed, since nobody knows what it still says.
    milliseconds commandTimeout{2000};
    /// What happens to tickets while Redis is away.
    FailurePolicy failurePolicy = FailurePolicy::Wait;
    /// How many processes share the token, for FailurePolicy::LocalShare before Redis has told: set
    /// it, or a process that has never reached Redis takes the whole.
    int processes = 1;
    friend bool operator==(const RedisOptions &, const RedisOptions &) = default;
};

} // namespace Turnstile
