// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Enums.h"
#include "ratelimit/http/RestBody.h"

#include <QtCore/QString>
#include <QtNetwork/QNetworkRequest>

#include <memory>

QT_BEGIN_NAMESPACE
class QNetworkAccessManager;
class QNetworkReply;
QT_END_NAMESPACE

namespace Turnstile {

/// What one attempt sends of a body: its factories have been called.
class RestPayload {
public:
    explicit RestPayload(const RestBody &body);
    ~RestPayload();
    Q_DISABLE_COPY_MOVE(RestPayload)

    /// Why there is nothing to send, a sentence for people; empty: there is.
    const QString &fault() const { return m_fault; }
    /// What has to be read first, to be given back by setBytes(); most often nothing. A manager
    /// would read it too, and could then send it twice.
    std::unique_ptr<QIODevice> takeSequential();
    void setBytes(const QByteArray &bytes);

    /// Sends it, once; the reply owns what is left. \a repeatable: the manager may send it again by
    /// itself when the connection closes. Returns null when there is a fault().
    QNetworkReply *send(
        QNetworkAccessManager *manager, QNetworkRequest request, Method method, bool repeatable);

private:
    bool openDevices();

    std::unique_ptr<QIODevice> m_device;
    std::unique_ptr<QHttpMultiPart> m_parts;
    QString m_fault;
};

} // namespace Turnstile
