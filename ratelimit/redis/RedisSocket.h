// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/redis/RedisOptions.h"

#include <QtCore/QDeadlineTimer>
#include <QtCore/QIODevice>
#include <QtCore/QObject>

class QSslSocket;

namespace Turnstile {

/// The bytes to and from a Redis: by a unix socket, TCP or TLS. Opened once; never blocks, not
/// for the name of the host either.
class RedisSocket : public QObject {
    Q_OBJECT
public:
    RedisSocket(const RedisOptions &options, QObject *parent);

    /// Where it leads, for messages: the path, or host and port.
    static QString addressOf(const RedisOptions &options);

    void open();
    void write(const QByteArray &bytes) { m_device->write(bytes); }
    /// Blocks until it has received more; false: not by \a deadline.
    bool waitForMore(QDeadlineTimer deadline)
    {
        return m_device->waitForReadyRead(int(deadline.remainingTime()));
    }
    /// Hands what was written to the system as far as it takes it, and closes it; says nothing
    /// more.
    void close();

Q_SIGNALS:
    void opened();
    void received(const QByteArray &bytes);
    /// \a reason is one sentence. The last signal.
    void closed(const QString &reason);

private:
    void wasOpened();
    void fail(const QString &why);
    bool secure(QSslSocket *socket);

    const RedisOptions m_options;
    QIODevice *m_device = nullptr;
    bool m_isOpen = false;
    bool m_isClosed = false;
};

} // namespace Turnstile
