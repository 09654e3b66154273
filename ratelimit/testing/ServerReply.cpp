// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/testing/ServerReply.h"

#include <algorithm>

namespace Turnstile {
namespace {

bool sameName(QByteArrayView a, QByteArrayView b)
{
    return a.compare(b, Qt::CaseInsensitive) == 0;
}

} // namespace

std::optional<QByteArray> ServerReply::header(QByteArrayView name) const
{
    const auto it = std::find_if(headers.cbegin(), headers.cend(),
        [name](const auto &field) { return sameName(field.first, name); });
    if (it == headers.cend())
        return std::nullopt;
    return it->second;
}

void ServerReply::setHeader(const QByteArray &name, const QByteArray &value)
{
    headers.removeIf([&name](const auto &field) { return sameName(field.first, name); });
    headers.emplaceBack(name, value);
}

void ServerReply::removeHeaders(QByteArrayView prefix)
{
    headers.removeIf([prefix](const auto &field) {
        return sameName(
            QByteArrayView(field.first).first(qMin(prefix.size(), field.first.size())), prefix);
    });
}

QByteArray ServerReply::toHttp(bool head, bool close) const
{
    QByteArray out = headToHttp(body.size(), close);
    if (!head && mayHaveBody())
        out += body;
    return out;
}

QByteArray ServerReply::headToHttp(std::optional<qint64> length, bool close) const
{
    QByteArray out = "HTTP/1.1 " + QByteArray::number(status) + ' ' + reasonPhrase(status) + "\r\n";
    for (const auto &[name, value] : headers)
        out += name + ": " + value + "\r\n";
    if (length && mayHaveBody())
        out += "Content-Length: " + QByteArray::number(*length) + "\r\n";
    if (close)
        out += "Connection: close\r\n";
    return out + "\r\n";
}

QByteArray reasonPhrase(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 204:
        return "No Content";
    case 301:
        return "Moved Permanently";
    case 302:
        return "Found";
    case 303:
        return "See Other";
    case 304:
        return "Not Modified";
    case 307:
        return "Temporary Redirect";
    case 308:
        return "Permanent Redirect";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 413:
        return "Content Too Large";
    case 417:
        return "Expectation Failed";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 501:
        return "Not Implemented";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return {};
    }
}

} // namespace Turnstile
