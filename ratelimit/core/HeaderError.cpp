// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/RatelimitHeaders.h"

#include <QtCore/QDebug>
#include <QtCore/QMetaEnum>

namespace Turnstile {

namespace {

QString expectation(const QByteArray &header)
{
    if (header == "x-ratelimit-limit" || header == "x-ratelimit-remaining")
        return QStringLiteral("a whole number");
    if (header == "x-ratelimit-reset")
        return QStringLiteral("seconds since 1970 as a decimal number");
    if (header == "x-ratelimit-bucket")
        return QStringLiteral("the name of a bucket");
    if (header == "retry-after")
        return QStringLiteral("seconds as a decimal number, or an HTTP date");
    if (header == "date")
        return QStringLiteral("an HTTP date");
    return QStringLiteral("seconds as a decimal number");
}

QString nameOf(const QByteArray &header)
{
    // The one value that is not a header.
    return header == "retry_after" ? QStringLiteral("retry_after in the body")
                                   : QString::fromLatin1(header);
}

QString quoted(const QByteArray &value)
{
    QString text = QString::fromUtf8(value);
    for (QChar &c : text) {
        if (!c.isPrint())
            c = QChar::ReplacementCharacter;
    }
    return u'"' + text + (value.size() == 64 ? QStringLiteral("…\"") : QStringLiteral("\""));
}

} // namespace

QString HeaderError::message() const
{
    const QString name = nameOf(header);
    switch (kind) {
    case Kind::Missing:
        return QStringLiteral("%1 is missing, while others of its group are there").arg(name);
    case Kind::Malformed:
        return QStringLiteral("%1 is %2: expected %3")
            .arg(name, quoted(value), expectation(header));
    case Kind::Negative:
        return QStringLiteral("%1 is %2: expected nothing below zero").arg(name, quoted(value));
    case Kind::TooLarge:
        if (header == "x-ratelimit-bucket")
            return QStringLiteral("%1 is %2: expected at most %3 bytes")
                .arg(name, quoted(value))
                .arg(RatelimitHeaders::maxBucket);
        return header == "x-ratelimit-limit" || header == "x-ratelimit-remaining"
            ? QStringLiteral("%1 is %2: too large to be a number of requests")
                  .arg(name, quoted(value))
            : QStringLiteral("%1 is %2: expected at most 30 days").arg(name, quoted(value));
    case Kind::Duplicate:
        break;
    }
    return QStringLiteral("%1 came more than once with different values: %2 is used")
        .arg(name, quoted(value));
}

QDebug operator<<(QDebug debug, const RatelimitHeaders &headers)
{
    const QDebugStateSaver saver(debug);
    debug.nospace().noquote() << "RatelimitHeaders("
                              << QMetaEnum::fromType<RatelimitHeaders::Kind>().valueToKey(
                                     int(headers.kind))
                              << ", status " << headers.status;
    if (headers.limit)
        debug << ", limit " << *headers.limit;
    if (headers.remaining)
        debug << ", remaining " << *headers.remaining;
    if (headers.resetAfter)
        debug << ", reset after " << headers.resetAfter->count() << " ms";
    if (!headers.bucket.isEmpty())
        debug << ", bucket " << headers.bucket.toPercentEncoding();
    if (headers.scope != Scope::None)
        debug << ", scope " << QMetaEnum::fromType<Scope>().valueToKey(int(headers.scope));
    if (headers.code != 0)
        debug << ", code " << headers.code;
    if (headers.retryAfter)
        debug << ", retry after " << headers.retryAfter->count() << " ms";
    for (const HeaderError &error : headers.errors)
        debug << "; " << error.message();
    return debug << ')';
}

} // namespace Turnstile
