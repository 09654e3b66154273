// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/ReplayText.h"

#include <QtCore/QMetaEnum>

#include <algorithm>

namespace Turnstile::Sim {

// HashFlipped -> hash_flipped
template <typename Enum> static QString snakeCase(Enum value)
{
    QString text;
    for (const char *key = QMetaEnum::fromType<Enum>().valueToKey(int(value)); *key; ++key) {
        const QChar letter = QLatin1Char(*key);
        if (letter.isUpper() && !text.isEmpty())
            text += u'_';
        text += letter.toLower();
    }
    return text;
}

QJsonValue inMs(Elapsed time)
{
    constexpr qint64 perMs = 1'000'000;
    const qint64 count = time.count();
    return count % perMs == 0 ? QJsonValue(count / perMs) : QJsonValue(double(count) / perMs);
}

QString textOfBytes(const QByteArray &bytes)
{
    return QString::fromUtf8(bytes);
}

QString nameOf(LimitKind kind)
{
    return snakeCase(kind);
}

QString nameOf(WaitReason reason)
{
    return snakeCase(reason);
}

QString nameOf(Anomaly anomaly)
{
    return snakeCase(anomaly);
}

QString howEnded(const Event &event)
{
    if (event.state == TicketState::Dropped)
        return QStringLiteral("unused");
    if (event.state == TicketState::Rejected && event.error == TicketError::Code::RatelimiterGone)
        return QStringLiteral("shutdown");
    return snakeCase(event.state);
}

QString whyEnded(const Event &event, const QString &lostBecause, milliseconds responseTimeout)
{
    switch (event.state) {
    case TicketState::Completed:
        return {};
    case TicketState::Lost:
        return QStringLiteral("It was sent, and no response came%1.")
            .arg(lostBecause.isEmpty() ? QString() : QStringLiteral(": ") + lostBecause);
    case TicketState::TimedOut:
        return QStringLiteral("It was granted, and then nobody said a word for %1 s.")
            .arg(double(responseTimeout.count()) / 1000);
    case TicketState::Dropped:
        return QStringLiteral("It was granted and never sent.");
    default:
        return TicketError::of(event.error, event.reason).message;
    }
}

QJsonObject parsedHeaders(const RatelimitHeaders &headers)
{
    QJsonObject out{{QStringLiteral("kind"), snakeCase(headers.kind)}};
    const auto addTime = [&out](QStringView name, const std::optional<milliseconds> &time) {
        if (time)
            out[name] = qint64(time->count());
    };
    if (headers.limit)
        out[u"limit"] = *headers.limit;
    if (headers.remaining)
        out[u"remaining"] = *headers.remaining;
    addTime(u"reset_after_ms", headers.resetAfter);
    addTime(u"retry_after_ms", headers.retryAfter);
    if (headers.reset)
        out[u"reset_epoch_ms"] = qint64(headers.reset->time_since_epoch().count());
    if (!headers.bucket.isEmpty())
        out[u"bucket"] = textOfBytes(headers.bucket);
    if (headers.scope != Scope::None)
        out[u"scope"] = snakeCase(headers.scope);

    // The worst comes first: what is only missing, or there twice, can still be used.
    const auto isSevere = [](const HeaderError &error) {
        return error.kind != HeaderError::Kind::Missing
            && error.kind != HeaderError::Kind::Duplicate;
    };
    auto error = std::find_if(headers.errors.begin(), headers.errors.end(), isSevere);
    if (error == headers.errors.end())
        error = headers.errors.begin();
    if (error != headers.errors.end()) {
        out[u"field"] = QString::fromLatin1(error->header);
        out[u"message"] = error->message();
    }
    return out;
}

} // namespace Turnstile::Sim
