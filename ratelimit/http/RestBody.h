// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/turnstile_ratelimit_export.h"

#include <QtCore/QByteArray>
#include <QtCore/QIODevice>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtNetwork/QHttpMultiPart>

#include <functional>
#include <memory>
#include <variant>

namespace Turnstile {

/// What a request carries. A value; it can be sent any number of times, as retries need.
///
/// Factories are called in the client's thread, once for each attempt. One that returns nothing
/// ends the request with RestError::Code::BadRequest.
class TURNSTILE_RATELIMIT_EXPORT RestBody {
public:
    /// Makes the parts of one attempt.
    using MultiPart = std::function<std::unique_ptr<QHttpMultiPart>()>;
    /// Opens what one attempt sends.
    using Device = std::function<std::unique_ptr<QIODevice>()>;

    /// No body.
    RestBody() = default;
    // Meant to be implicit: client.post(path, QJsonObject{...}).
    // NOLINTBEGIN(google-explicit-constructor)
    RestBody(const QJsonObject &object);     ///< as `application/json`
    RestBody(const QJsonArray &array);       ///< as `application/json`
    RestBody(const QJsonDocument &document); ///< as `application/json`; a null one is empty text
    // NOLINTEND(google-explicit-constructor)

    /// Bytes as they are.
    static RestBody bytes(
        QByteArray bytes, QByteArray contentType = QByteArrayLiteral("application/octet-stream"));
    /// Parts, made anew for each attempt. Devices of parts must have the QHttpMultiPart as parent,
    /// be open for reading or openable, and must not be sequential where the request is not
    /// repeatable.
    static RestBody multipart(MultiPart make);
    /// A device, made anew for each attempt (open for reading, or to be opened), and read from
    /// where it is while it is sent. A sequential one is read into memory first, 128 MiB at the
    /// most: the API wants to know the length. It must say when its end has come: by read(), or by
    /// QIODevice::readChannelFinished().
    static RestBody stream(
        Device open, QByteArray contentType = QByteArrayLiteral("application/octet-stream"));

    /// Whether there is no body.
    bool isEmpty() const { return std::holds_alternative<std::monostate>(m_content); }
    const QByteArray &contentType() const { return m_contentType; } ///< empty: of the parts, none

private:
    friend class RestPayload;
    std::variant<std::monostate, QByteArray, MultiPart, Device> m_content;
    QByteArray m_contentType;
};

} // namespace Turnstile
