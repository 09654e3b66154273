// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/FaultFile.h"

#include "ratelimit/core/Endpoint.h"

#include <QtCore/QFile>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

#include <algorithm>
#include <cmath>
#include <optional>

namespace Turnstile::Sim {
namespace {

using Kind = Fault::Kind;

constexpr qsizetype maxSize = 1024 * 1024;
constexpr qsizetype maxFaults = 10'000;
constexpr int maxCount = 1'000'000;
constexpr int maxWait = 24 * 60 * 60 * 1000;
constexpr qsizetype maxText = 256;

constexpr std::pair<const char *, Kind> kinds[] = {{"no_answer", Kind::NoAnswer},
    {"close_before_answer", Kind::CloseBeforeAnswer},
    {"close_in_the_middle", Kind::CloseInTheMiddle}, {"malformed_headers", Kind::MalformedHeaders},
    {"missing_headers", Kind::MissingHeaders}, {"server_error", Kind::ServerError},
    {"cloudflare_page", Kind::CloudflarePage}, {"global_limit", Kind::GlobalLimit},
    {"hash_flip", Kind::HashFlip}};

QString readKind(const QJsonValue &value, Kind *kind)
{
    QStringList names;
    for (const auto &[name, each] : kinds) {
        if (value.toString() == QLatin1StringView(name)) {
            *kind = each;
            return {};
        }
        names += QLatin1StringView(name);
    }
    return QStringLiteral("\"kind\" is one of ") + names.join(QStringLiteral(", "));
}

QString readWhole(const QString &key, const QJsonValue &value, int min, int max, int *target)
{
    const double number = value.toDouble(std::nan(""));
    if (!(number >= min && number <= max) || number != std::floor(number))
        return QStringLiteral("\"%1\" is a whole number from %2 to %3").arg(key).arg(min).arg(max);
    *target = int(number);
    return {};
}

QString readRoute(const QJsonValue &value, QByteArray *route)
{
    const QByteArray text = value.toString().toUtf8();
    const auto space = text.indexOf(' ');
    if (space < 0 || text.size() > maxText || !methodFromName(QByteArrayView(text).first(space))
        || !text.sliced(space + 1).startsWith('/'))
        return QStringLiteral("\"route\" is a method and a path, as in "
                              "\"POST /channels/{channel}/messages\"");
    *route = text;
    return {};
}

QString readHash(const QJsonValue &value, QByteArray *hash)
{
    const QByteArray text = value.toString().toUtf8();
    const bool printable = std::all_of(
        text.cbegin(), text.cend(), [](char each) { return each > ' ' && each <= '~'; });
    if (text.isEmpty() || text.size() > maxText || !printable)
        return QStringLiteral("\"hash\" is text without spaces");
    *hash = text;
    return {};
}

QString readMember(const QString &key, const QJsonValue &value, Fault *fault)
{
    const auto only = [&key](const char *of) {
        return QStringLiteral("\"%1\" goes with %2").arg(key, QLatin1StringView(of));
    };
    if (key == u"times") {
        if (value.toString() == u"always") {
            fault->times = Fault::always;
            return {};
        }
        const QString problem = readWhole(key, value, 1, maxCount, &fault->times);
        return problem.isEmpty() ? problem : problem + QStringLiteral(" or \"always\"");
    }
    if (key == u"every")
        return readWhole(key, value, 1, maxCount, &fault->every);
    if (key == u"route")
        return readRoute(value, &fault->route);
    if (key == u"status") {
        if (fault->kind != Kind::ServerError)
            return only("server_error");
        return readWhole(key, value, 500, 599, &fault->status);
    }
    if (key == u"retry_after_ms") {
        if (fault->kind != Kind::CloudflarePage && fault->kind != Kind::GlobalLimit)
            return only("cloudflare_page and global_limit");
        int wait = 0;
        const QString problem = readWhole(key, value, 1, maxWait, &wait);
        fault->retryAfter = milliseconds(wait);
        return problem;
    }
    if (key == u"hash")
        return fault->kind == Kind::HashFlip ? readHash(value, &fault->hash) : only("hash_flip");
    return QStringLiteral("there is no \"%1\"; there are kind, times, every, route, status, "
                          "retry_after_ms and hash")
        .arg(key);
}

QString readFault(const QByteArray &line, Fault *fault)
{
    QJsonParseError error{};
    const QJsonDocument document = QJsonDocument::fromJson(line, &error);
    if (error.error != QJsonParseError::NoError)
        return QStringLiteral("this is not JSON: %1 (at byte %2)")
            .arg(error.errorString())
            .arg(error.offset);
    if (!document.isObject())
        return QStringLiteral("a fault is a JSON object");
    const QJsonObject object = document.object();
    const QString kindKey = QStringLiteral("kind");
    QString problem = readKind(object[kindKey], &fault->kind);
    for (auto it = object.begin(); it != object.end() && problem.isEmpty(); ++it) {
        if (it.key() != kindKey)
            problem = readMember(it.key(), it.value(), fault);
    }
    return problem;
}

} // namespace

FaultFile FaultFile::read(const QString &name)
{
    QFile file(name);
    if (!file.open(QIODevice::ReadOnly))
        return {{}, QStringLiteral("%1: cannot be read: %2").arg(name, file.errorString())};
    const QByteArray text = file.read(maxSize + 1);
    if (text.size() > maxSize)
        return {{}, QStringLiteral("%1: is longer than 1 MiB").arg(name)};
    return parse(text, name);
}

FaultFile FaultFile::parse(const QByteArray &text, const QString &name)
{
    FaultFile file;
    int number = 0;
    for (const QByteArray &line : text.split('\n')) {
        ++number;
        if (line.trimmed().isEmpty())
            continue;
        Fault fault;
        QString problem = readFault(line, &fault);
        if (problem.isEmpty() && file.faults.size() == maxFaults)
            problem = QStringLiteral("there are more than %1 faults").arg(maxFaults);
        if (!problem.isEmpty())
            return {{}, QStringLiteral("%1:%2: %3").arg(name).arg(number).arg(problem)};
        file.faults.append(fault);
    }
    return file;
}

} // namespace Turnstile::Sim
