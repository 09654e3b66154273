// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/MonitorAddress.h"

namespace Turnstile {

MonitorAddress MonitorAddress::local(const QString &path)
{
    MonitorAddress address;
    address.m_path = path;
    return address;
}

MonitorAddress MonitorAddress::tcp(const QString &host, quint16 port, bool tls)
{
    MonitorAddress address;
    address.m_host = host;
    address.m_port = port;
    address.m_tls = tls;
    return address;
}

MonitorAddress MonitorAddress::bad(const QString &problem)
{
    MonitorAddress address;
    address.m_problem = problem;
    return address;
}

MonitorAddress MonitorAddress::parse(const QString &text)
{
    static const QLatin1StringView tlsScheme("tls://");
    const QString trimmed = text.trimmed();
    if (trimmed.isEmpty())
        return bad(QStringLiteral("Give the path of a socket, or host:port."));
    const bool tls = trimmed.startsWith(tlsScheme);
    const QString rest = tls ? trimmed.mid(tlsScheme.size()) : trimmed;
    if (!tls && rest.contains(u'/'))
        return local(rest);
    const qsizetype colon = rest.lastIndexOf(u':');
    if (colon < 0)
        return bad(QStringLiteral("\"%1\" is no path of a socket (it has no /), and no host:port.")
                       .arg(trimmed));
    QString host = rest.left(colon);
    const bool isBracketed = host.startsWith(u'[') && host.endsWith(u']');
    if (isBracketed)
        host = host.mid(1, host.size() - 2);
    else if (host.contains(u':'))
        return bad(QStringLiteral("An IPv6 address needs brackets, as in [::1]:7070."));
    if (host.isEmpty() || host.contains(u' ') || host.contains(u'/'))
        return bad(QStringLiteral("\"%1\" has no host before the port.").arg(trimmed));
    bool isNumber = false;
    const ushort port = QStringView(rest).sliced(colon + 1).toUShort(&isNumber);
    if (!isNumber || port == 0)
        return bad(
            QStringLiteral("\"%1\" has no port from 1 to 65535 behind the colon.").arg(trimmed));
    return tcp(host, port, tls);
}

QString MonitorAddress::text() const
{
    if (isLocal())
        return m_path;
    if (!isValid())
        return {};
    const QString host = m_host.contains(u':') ? u'[' + m_host + u']' : m_host;
    return QStringLiteral("%1%2:%3")
        .arg(m_tls ? QStringLiteral("tls://") : QString(), host)
        .arg(m_port);
}

QDebug operator<<(QDebug debug, const MonitorAddress &address)
{
    QDebugStateSaver saver(debug);
    return debug.nospace().noquote() << "MonitorAddress(" << address.text() << ')';
}

} // namespace Turnstile
