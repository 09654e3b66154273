// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestClientPrivate.h"

#include "ratelimit/http/RestAttempt.h"
#include "ratelimit/http/RestTarget.h"

#include <algorithm>

namespace Turnstile {

Q_LOGGING_CATEGORY(lcRest, "turnstile.rest")

namespace {

bool isHeaderName(const QByteArray &name)
{
    constexpr QByteArrayView others = "!#$%&'*+-.^_`|~";
    return !name.isEmpty() && std::ranges::all_of(name, [others](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
            || others.contains(c);
    });
}

bool isHeaderValue(const QByteArray &value)
{
    return std::ranges::none_of(
        value, [](char c) { return (quint8(c) < 0x20 && c != '\t') || c == 0x7f; });
}

bool isName(const QByteArray &name, QByteArrayView other)
{
    return name.compare(other, Qt::CaseInsensitive) == 0;
}

bool isOurs(const QByteArray &name)
{
    return isName(name, "Content-Length") || isName(name, "Transfer-Encoding");
}

} // namespace

RestClientPrivate::RestClientPrivate(Ratelimiter *limiter, QNetworkAccessManager *shared)
    : own(shared ? nullptr : std::make_unique<QNetworkAccessManager>())
    , manager(shared ? shared : own.get())
    , connections(limiter, RestConnections::ofManager)
{
}

QByteArray RestClientPrivate::defaultUserAgent()
{
    return "DiscordBot (Turnstile, " TURNSTILE_VERSION ")";
}

RestClientPrivate::~RestClientPrivate()
{
    // One of its replies may be in the middle of a signal.
    if (own && RestAttempt::isInSignal())
        own.release()->deleteLater();
}

QString RestClientPrivate::faultOf(const RestOptions &options, const QByteArray &contentType) const
{
    if (!manager)
        return QStringLiteral("The network manager is gone.");
    if (!isHeaderValue(contentType))
        return QStringLiteral("The content type has a control character in it.");
    if (!isHeaderValue(token))
        return QStringLiteral("The token has a line break or another control character in it.");
    if (!isHeaderValue(userAgent))
        return QStringLiteral("The user agent has a control character in it.");
    const auto isBad = [](const Header &header) {
        return !isHeaderName(header.first) || !isHeaderValue(header.second) || isOurs(header.first);
    };
    if (std::ranges::any_of(headers, isBad) || std::ranges::any_of(options.headers, isBad))
        return QStringLiteral("A header has a name or a value that cannot be sent.");
    return {};
}

QNetworkRequest RestClientPrivate::request(const QUrl &url, const RestOptions &options,
    bool authorized, const QByteArray &contentType) const
{
    QNetworkRequest request(url);
    request.setAttribute(
        QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(
        QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    request.setAttribute(QNetworkRequest::CacheSaveControlAttribute, false);
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    request.setAttribute(QNetworkRequest::HttpPipeliningAllowedAttribute, false);
    request.setAttribute(QNetworkRequest::AutoDeleteReplyOnFinishAttribute, false);
    const Priority priority = options.ticket.priority;
    request.setPriority(priority == Priority::High ? QNetworkRequest::HighPriority
            : priority == Priority::Low            ? QNetworkRequest::LowPriority
                                                   : QNetworkRequest::NormalPriority);

    request.setRawHeader("User-Agent", userAgent);
    // Qt 6.4 does not tell when a compressed answer was cut.
    request.setRawHeader("Accept-Encoding", "identity");
    for (const auto &[name, value] : headers)
        request.setRawHeader(name, value);
    if (!contentType.isEmpty())
        request.setRawHeader("Content-Type", contentType);
    for (const auto &[name, value] : options.headers)
        request.setRawHeader(name, value);
    request.setRawHeader("Authorization", authorized ? token : QByteArray());
    return request;
}

QList<QByteArray> RestClientPrivate::secretsOf(const RestTarget &target) const
{
    QList<QByteArray> secrets = target.secrets();
    const QByteArray secret = token.mid(token.lastIndexOf(' ') + 1);
    constexpr qsizetype shortest = 8; // a shorter one is none, and would mangle every text
    if (secret.size() >= shortest)
        secrets << secret;
    return secrets;
}

} // namespace Turnstile
