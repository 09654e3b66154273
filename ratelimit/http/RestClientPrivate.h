// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/http/RestConnections.h"
#include "ratelimit/http/RestOptions.h"
#include "ratelimit/http/RetryPolicy.h"

#include <QtCore/QLoggingCategory>
#include <QtCore/QPointer>
#include <QtCore/QSet>
#include <QtCore/QUrl>
#include <QtNetwork/QNetworkAccessManager>
#include <QtNetwork/QNetworkRequest>

#include <memory>
#include <utility>

namespace Turnstile {

Q_DECLARE_LOGGING_CATEGORY(lcRest)

class RestReply;
struct RestTarget;

/// The settings of a client, and what its replies share.
class RestClientPrivate {
public:
    RestClientPrivate(Ratelimiter *limiter, QNetworkAccessManager *shared);
    ~RestClientPrivate();
    Q_DISABLE_COPY_MOVE(RestClientPrivate)

    /// Why a request with such headers cannot be sent; empty: it can.
    QString faultOf(const RestOptions &options, const QByteArray &contentType) const;
    /// All but the body.
    QNetworkRequest request(const QUrl &url, const RestOptions &options, bool authorized,
        const QByteArray &contentType) const;
    /// What must not be shown, even if a server repeats it.
    QList<QByteArray> secretsOf(const RestTarget &target) const;

    using Header = std::pair<QByteArray, QByteArray>;
    std::unique_ptr<QNetworkAccessManager> own;
    QPointer<QNetworkAccessManager> manager;
    RestConnections connections;
    QUrl baseUrl{QStringLiteral("https://discord.com/api/v10")};
    QByteArray token;
    static QByteArray defaultUserAgent();
    QByteArray userAgent = defaultUserAgent();
    QList<Header> headers;
    RetryPolicy retryPolicy;
    RestTimeouts timeouts;
    qint64 maxResponseSize = qint64(16) * 1024 * 1024;
    QSet<RestReply *> replies;
};

} // namespace Turnstile
