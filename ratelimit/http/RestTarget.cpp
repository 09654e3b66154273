// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestTarget.h"

#include <QtCore/QRegularExpression>
#include <QtCore/QUrlQuery>

#include <algorithm>
#include <utility>

namespace Turnstile {

namespace {

bool isWebUrl(const QUrl &url)
{
    return url.isValid() && !url.host().isEmpty() && url.userInfo().isEmpty()
        && (url.scheme() == u"https" || url.scheme() == u"http");
}

int portOf(const QUrl &url)
{
    return url.port(url.scheme() == u"https" ? 443 : 80);
}

bool hasSamePlace(const QUrl &a, const QUrl &b)
{
    return a.scheme() == b.scheme() && a.host() == b.host() && portOf(a) == portOf(b);
}

bool hasDots(const QByteArray &path)
{
    const auto segments = path.split('/');
    return std::ranges::any_of(segments, [](const QByteArray &segment) {
        const QByteArray plain = QByteArray::fromPercentEncoding(segment);
        return plain == "." || plain == "..";
    });
}

QByteArray basePath(const QUrl &base)
{
    QByteArray path = base.path(QUrl::FullyEncoded).toLatin1();
    while (path.endsWith('/'))
        path.chop(1);
    return path;
}

// What limits are counted by: the path below `/api` or `/api/v10`, whichever part of that stands in
// the base. An API that has no such place is one whose paths begin at the base.
QByteArray apiPath(const QByteArray &whole, const QByteArray &base)
{
    static const QRegularExpression prefix(QStringLiteral("/api(/v[0-9]+)?(?=/)"));
    const auto match = prefix.match(QString::fromLatin1(whole));
    if (match.hasMatch() && match.capturedStart() <= base.size())
        return whole.sliced(match.capturedEnd());
    return whole.startsWith(base + '/') ? whole.sliced(base.size()) : whole;
}

QString faultOf(const QUrl &base, const QString &path)
{
    if (!isWebUrl(base) || base.hasQuery() || base.hasFragment())
        return QStringLiteral("The base URL must be http or https, with a host, and without a "
                              "user, query or fragment.");
    const QStringView pathOnly = QStringView(path).left(path.indexOf(u'?'));
    if (std::ranges::any_of(path, [](QChar c) { return c < u' ' || c == QChar(0x7f); }))
        return QStringLiteral("The path has a control character in it.");
    if (pathOnly.startsWith(u"//") || pathOnly.contains(u"://"))
        return QStringLiteral("The path must not name a host: it is below the base URL.");
    if (path.contains(u'#'))
        return QStringLiteral("The path has a '#' in it, which must be written as %23.");
    if (pathOnly.contains(u'\\') || hasDots(pathOnly.toUtf8()))
        return QStringLiteral("The path must not have '.', '..' or '\\' as a part.");
    return {};
}

} // namespace

RestTarget RestTarget::of(const QUrl &base, const QString &path)
{
    RestTarget target;
    target.fault = faultOf(base, path);
    if (!target.fault.isEmpty())
        return target;
    const QString below = path.startsWith(u'/') ? path : u'/' + path;
    QUrl root = base;
    root.setPath({});
    target.url =
        QUrl(root.toString(QUrl::FullyEncoded) + QString::fromLatin1(basePath(base)) + below,
            QUrl::TolerantMode);
    if (!target.url.isValid() || !hasSamePlace(target.url, base)) {
        target.fault = QStringLiteral("The path cannot be written in a URL.");
        return target;
    }
    target.path = apiPath(target.url.path(QUrl::FullyEncoded).toLatin1(), basePath(base));
    return target;
}

RestTarget RestTarget::redirected(const QUrl &base, const QByteArray &location) const
{
    RestTarget target;
    const QUrl there = QUrl::fromEncoded(location, QUrl::StrictMode);
    if (location.isEmpty() || !there.isValid()) {
        target.fault = QStringLiteral("The server redirects, and does not say where to.");
        return target;
    }
    target.url = url.resolved(there);
    target.url.setFragment({});
    if (!isWebUrl(target.url) || !hasSamePlace(target.url, url)) {
        target.fault =
            QStringLiteral("The server redirects to another host, which is not followed.");
        return target;
    }
    target.path = apiPath(target.url.path(QUrl::FullyEncoded).toLatin1(), basePath(base));
    return target;
}

QList<QByteArray> RestTarget::secrets() const
{
    constexpr qsizetype shortest = 20;
    QList<QByteArray> secrets;
    auto parts = path.split('/');
    // A token of a webhook or an interaction is one, however short.
    for (qsizetype i = 0; i + 2 < parts.size(); ++i) {
        if (parts[i] == "webhooks" || parts[i] == "interactions")
            secrets << parts[i + 2] << QByteArray::fromPercentEncoding(parts[i + 2]);
    }
    secrets.removeAll(QByteArray());
    for (const auto &[name, value] : QUrlQuery(url).queryItems(QUrl::FullyEncoded))
        parts << value.toLatin1();
    for (const QByteArray &part : std::as_const(parts)) {
        const bool isNumber =
            std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
        if (part.size() >= shortest && !isNumber)
            secrets << part << QByteArray::fromPercentEncoding(part);
    }
    return secrets;
}

std::optional<Method> redirectedMethod(Method method, int status)
{
    if (status == 303)
        return method == Method::Head ? Method::Head : Method::Get;
    if ((status == 301 || status == 302) && method == Method::Post)
        return {};
    return method;
}

} // namespace Turnstile
