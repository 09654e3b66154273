// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/turnstile_testing_export.h"

#include <QtCore/QByteArray>
#include <QtCore/QList>

#include <optional>
#include <utility>

namespace Turnstile {

/// An HTTP response before it is put on the wire.
struct TURNSTILE_TESTING_EXPORT ServerReply {
    int status = 200; ///< HTTP status
    /// Names and values, in the order in which they are sent; a name may come more than once.
    QList<std::pair<QByteArray, QByteArray>> headers = {};
    QByteArray body = QByteArrayLiteral("{}"); ///< as it is sent

    /// The value of the first header with that \a name, in any case; nothing when there is none.
    std::optional<QByteArray> header(QByteArrayView name) const;
    /// Replaces every header with that \a name.
    void setHeader(const QByteArray &name, const QByteArray &value);
    /// Removes the headers whose name starts with \a prefix, in any case.
    void removeHeaders(QByteArrayView prefix);

    /// Whether an answer with that status has a body.
    bool mayHaveBody() const { return status >= 200 && status != 204 && status != 304; }

    /// As HTTP/1.1, with Content-Length and, when \a close, `Connection: close`. A \a head answer
    /// has the length of the body and not the body.
    QByteArray toHttp(bool head, bool close) const;
    /// The same without the body, which has \a length bytes, or as many as come before the end of
    /// the connection.
    QByteArray headToHttp(std::optional<qint64> length, bool close) const;

    friend bool operator==(const ServerReply &, const ServerReply &) = default;
};

/// The reason phrase of \a status, as in `Too Many Requests`; empty for unusual ones.
TURNSTILE_TESTING_EXPORT QByteArray reasonPhrase(int status);

} // namespace Turnstile
