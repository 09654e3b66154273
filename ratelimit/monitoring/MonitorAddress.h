// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/turnstile_ratelimit_export.h"

#include <QtCore/QDebug>
#include <QtCore/QMetaType>
#include <QtCore/QString>

namespace Turnstile {

/// Where a bot can be watched: a local socket, or a host and port.
class TURNSTILE_RATELIMIT_EXPORT MonitorAddress {
public:
    MonitorAddress() = default;
    static MonitorAddress local(const QString &path);
    static MonitorAddress tcp(const QString &host, quint16 port, bool tls = false);

    /// Reads what people write: a path (anything with a slash), `host:port`, `[::1]:port`, or
    /// `tls://host:port`. What is wrong makes an address that is not valid and has a problem().
    static MonitorAddress parse(const QString &text);

    bool isValid() const { return isLocal() || m_port > 0; }
    /// A sentence for people, when parse() could not read it.
    const QString &problem() const { return m_problem; }

    bool isLocal() const { return !m_path.isEmpty(); }
    const QString &path() const { return m_path; }
    const QString &host() const { return m_host; }
    quint16 port() const { return m_port; }
    bool usesTls() const { return m_tls; }

    /// As parse() reads it.
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
