// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestBody.h"

#include <utility>

namespace Turnstile {

RestBody::RestBody(const QJsonObject &object)
    : RestBody(QJsonDocument(object))
{
}

RestBody::RestBody(const QJsonArray &array)
    : RestBody(QJsonDocument(array))
{
}

RestBody::RestBody(const QJsonDocument &document)
    : m_content(document.toJson(QJsonDocument::Compact))
    , m_contentType(QByteArrayLiteral("application/json"))
{
}

RestBody RestBody::bytes(QByteArray bytes, QByteArray contentType)
{
    RestBody body;
    body.m_content = std::move(bytes);
    body.m_contentType = std::move(contentType);
    return body;
}

RestBody RestBody::multipart(MultiPart make)
{
    RestBody body;
    body.m_content = std::move(make);
    return body;
}

RestBody RestBody::stream(Device open, QByteArray contentType)
{
    RestBody body;
    body.m_content = std::move(open);
    body.m_contentType = std::move(contentType);
    return body;
}

} // namespace Turnstile
