// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/LearntRoutes.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

#include <limits>

namespace Turnstile {

namespace {

constexpr int currentVersion = 1;
constexpr QByteArrayView head = R"({"version":1,"learnt_routes":[)";
constexpr QByteArrayView tail = "\n]}\n";

constexpr QLatin1StringView versionKey("version");
constexpr QLatin1StringView routesKey("learnt_routes");
constexpr QLatin1StringView routeKey("route");
constexpr QLatin1StringView hashKey("hash");
constexpr QLatin1StringView limitKey("limit");
constexpr QLatin1StringView splitKey("split");
constexpr QLatin1StringView unusedKey("unused_ms");

QString encoded(const QByteArray &bytes)
{
    return QString::fromLatin1(bytes.toPercentEncoding(" /{}()@:,;=!$&'*+"));
}

QJsonObject toObject(const LearntRoute &route)
{
    QJsonObject object{{routeKey, encoded(route.route)}, {hashKey, encoded(route.hash)},
        {unusedKey, qint64(route.unusedFor.count())}};
    if (route.limit)
        object[limitKey] = *route.limit;
    if (route.split)
        object[splitKey] = true;
    return object;
}

// What is wrong with it; empty when nothing is.
QString problemOf(const LearntRoute &route)
{
    const auto isNoText = [](const QByteArray &bytes, qsizetype max) {
        return bytes.isEmpty() || bytes.size() > max;
    };
    if (isNoText(route.route, LearntRoutes::maxRoute))
        return QStringLiteral("its route is not a text of 1 to %1 bytes")
            .arg(LearntRoutes::maxRoute);
    if (isNoText(route.hash, LearntRoutes::maxHash))
        return QStringLiteral("its hash is not a text of 1 to %1 bytes").arg(LearntRoutes::maxHash);
    if (route.limit.value_or(0) < 0)
        return QStringLiteral("its limit is not a number of requests");
    if (route.unusedFor < milliseconds(0) || route.unusedFor > LearntRoutes::maxUnused)
        return QStringLiteral("its unused_ms is not between 0 and 30 days");
    return {};
}

// What makes no sense becomes what problemOf() tells about.
LearntRoute fromObject(const QJsonObject &object)
{
    const auto bytes = [&object](QLatin1StringView key) {
        return QByteArray::fromPercentEncoding(object[key].toString().toUtf8());
    };
    LearntRoute route;
    route.route = bytes(routeKey);
    route.hash = bytes(hashKey);
    if (const QJsonValue limit = object[limitKey]; !limit.isUndefined()) {
        const qint64 value = limit.toInteger(-1);
        route.limit =
            value <= std::numeric_limits<int>::max() ? int(std::max<qint64>(value, -1)) : -1;
    }
    route.split = object[splitKey].toBool();
    route.unusedFor = milliseconds(object[unusedKey].toInteger(-1));
    return route;
}

LearntRoutes failure(const QString &error)
{
    return {{}, error};
}

} // namespace

QByteArray LearntRoutes::toJson(std::span<const LearntRoute> routes)
{
    QByteArray json = head.toByteArray();
    int count = 0;
    for (const LearntRoute &route : routes) {
        if (count == maxCount)
            break;
        if (!problemOf(route).isEmpty())
            continue;
        const QByteArray line = QJsonDocument(toObject(route)).toJson(QJsonDocument::Compact);
        if (json.size() + line.size() + tail.size() + 2 > maxSize)
            break;
        json += count++ == 0 ? "\n" : ",\n";
        json += line;
    }
    return json += tail;
}

LearntRoutes LearntRoutes::fromJson(QByteArrayView json)
{
    if (json.size() > maxSize)
        return failure(QStringLiteral("It has more than %1 bytes").arg(maxSize));
    QJsonParseError parseError;
    const QJsonDocument document =
        QJsonDocument::fromJson(QByteArray::fromRawData(json.data(), json.size()), &parseError);
    if (parseError.error != QJsonParseError::NoError) {
        return failure(QStringLiteral("It is not JSON: %1 at byte %2")
                           .arg(parseError.errorString())
                           .arg(parseError.offset));
    }
    const qint64 version = document[versionKey].toInteger(0);
    if (version < 1 || !document[routesKey].isArray())
        return failure(QStringLiteral("It does not hold learnt routes"));
    if (version > currentVersion) {
        return failure(QStringLiteral("It is of version %1, and the newest known is %2")
                           .arg(version)
                           .arg(currentVersion));
    }
    const QJsonArray entries = document[routesKey].toArray();
    if (entries.size() > maxCount)
        return failure(QStringLiteral("It holds more than %1 routes").arg(maxCount));

    LearntRoutes result;
    result.routes.reserve(size_t(entries.size()));
    for (const auto &entry : entries) {
        LearntRoute route = fromObject(entry.toObject());
        if (const QString problem = problemOf(route); !problem.isEmpty()) {
            return failure(QStringLiteral("Route %1 cannot be used: %2")
                               .arg(result.routes.size() + 1)
                               .arg(problem));
        }
        result.routes.push_back(std::move(route));
    }
    return result;
}

} // namespace Turnstile
