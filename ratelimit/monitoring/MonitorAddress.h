// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/turnstile_ratelimit_export.h"

#include <QtCore/QDebug>
#include <QtCore/QMetaType>
#include <QtCore/QString>

namespace Turnstile {

/// Where a bot can be watched: a local socket, or a host and port. A value, for any thread.
class TURNSTILE_RATELIMIT_EXPORT MonitorAddress {
public:
    /// Of nothing: not valid, and without a problem().
    MonitorAddress() = default;
    /// Of the socket file \a path; not valid when that is empty.
    static MonitorAddress local(const QString &path);
    /// Of \a port on \a host, a name or an address without brackets; not valid when the port is 0.
    static MonitorAddress tcp(const QString &host, quint16 port, bool tls = false);

    /// Reads what people write: a path (anything with a slash), `host:port`, `[::1]:port`, or
    /// `tls://host:port`. What is wrong makes an address that is not valid and has a problem().
    static MonitorAddress parse(const QString &text);

    /// Whether it names a place; not whether anybody is there.
    bool isValid() const { return isLocal() || m_port > 0; }
    /// A sentence for people, when parse() could not read it.
    const QString &problem() const { return m_problem; }

    /// Whether it is a socket of this machine.
    bool isLocal() const { return !m_path.isEmpty(); }
    /// The socket file; empty for TCP.
    const QString &path() const { return m_path; }
    /// The host of TCP; empty for a local socket.
    const QString &host() const { return m_host; }
    /// The port of TCP; 0 for a local socket.
    quint16 port() const { return m_port; }
    /// Whether TCP is encrypted.
    bool usesTls() const { return m_tls; }

    /// As parse() reads it; empty when it is not valid.
    QString text() const;

    friend bool operator==(const MonitorAddress &, const MonitorAddress &) = default;

private:
    static MonitorAddress bad(const QString &problem);

    QString m_path;
    QString m_host;
    QString m_problem;
    quint16 m_port = 0;
    bool m_tls = false;
};

TURNSTILE_RATELIMIT_EXPORT QDebug operator<<(QDebug debug, const MonitorAddress &address);

} // namespace Turnstile

Q_DECLARE_METATYPE(Turnstile::MonitorAddress)
