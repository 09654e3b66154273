// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/FaultFile.h"

#include "ratelimit/core/Endpoint.h"

#include <QtCore/QFile>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

#include <algorithm>
#include <cmath>
#include <limits>

namespace Turnstile::Sim {
namespace {

using Kind = Fault::Kind;

constexpr qsizetype maxSize = 1024 * 1024;
constexpr qsizetype maxFaults = 10'000;
constexpr int maxCount = 1'000'000;
constexpr int maxWait = 24 * 60 * 60 * 1000;
constexpr qsizetype maxText = 256;

constexpr int maxInt = std::numeric_limits<int>::max();

constexpr std::pair<const char *, Kind> kinds[] = {{"no_answer", Kind::NoAnswer},
    {"close_before_answer", Kind::CloseBeforeAnswer},
    {"close_in_the_middle", Kind::CloseInTheMiddle}, {"reset", Kind::Reset},
    {"slow_drip", Kind::SlowDrip}, {"oversize", Kind::Oversize},
    {"malformed_headers", Kind::MalformedHeaders}, {"missing_headers", Kind::MissingHeaders},
    {"server_error", Kind::ServerError}, {"bad_gateway", Kind::BadGateway},
    {"api_error", Kind::ApiError}, {"redirect", Kind::Redirect},
    {"cloudflare_page", Kind::CloudflarePage}, {"global_limit", Kind::GlobalLimit},
    {"rate_limit", Kind::RateLimit}, {"hash_flip", Kind::HashFlip}};

constexpr std::pair<const char *, LimitKind> limits[] = {{"bucket", LimitKind::Bucket},
    {"sublimit", LimitKind::Sublimit}, {"shared", LimitKind::Shared}, {"global", LimitKind::Global},
    {"cloudflare", LimitKind::Cloudflare}};

template <typename... Kinds> constexpr quint32 kindSet(Kinds... each)
{
    return ((1u << quint32(each)) | ...);
}

// What only some kinds have.
constexpr std::pair<const char *, quint32> members[] = {
    {"status", kindSet(Kind::ServerError, Kind::ApiError, Kind::Redirect)},
    {"retry_after_ms", kindSet(Kind::CloudflarePage, Kind::GlobalLimit, Kind::RateLimit)},
    {"hash", kindSet(Kind::HashFlip)}, {"limit", kindSet(Kind::RateLimit)},
    {"code", kindSet(Kind::ApiError)}, {"location", kindSet(Kind::Redirect)},
    {"size", kindSet(Kind::SlowDrip, Kind::Oversize)}, {"pause_ms", kindSet(Kind::SlowDrip)},
    {"tells_length", kindSet(Kind::Oversize)}};

QString listed(const QStringList &words)
{
    return words.mid(0, words.size() - 1).join(QStringLiteral(", "))
        + (words.size() > 1 ? QStringLiteral(" and ") : QString()) + words.last();
}

// What is wrong with a member \a key in a fault of that \a kind.
QString misplaced(const QString &key, Kind kind)
{
    QStringList names{QStringLiteral("kind"), QStringLiteral("times"), QStringLiteral("every"),
        QStringLiteral("route")};
    if (names.contains(key))
        return {};
    for (const auto &[name, set] : members) {
        names += QLatin1StringView(name);
        if (key != QLatin1StringView(name))
            continue;
        if (set & kindSet(kind))
            return {};
        QStringList users;
        for (const auto &[user, each] : kinds) {
            if (set & kindSet(each))
                users += QLatin1StringView(user);
        }
        return QStringLiteral("\"%1\" goes with %2").arg(key, listed(users));
    }
    return QStringLiteral("there is no \"%1\"; there are %2").arg(key, listed(names));
}

template <typename Value, size_t size>
QString readWord(const QString &key, const QJsonValue &value,
    const std::pair<const char *, Value> (&words)[size], Value *target)
{
    QStringList names;
    for (const auto &[name, each] : words) {
        if (value.toString() == QLatin1StringView(name)) {
            *target = each;
            return {};
        }
        names += QLatin1StringView(name);
    }
    return QStringLiteral("\"%1\" is one of %2").arg(key, names.join(QStringLiteral(", ")));
}

template <typename Number>
QString readWhole(const QString &key, const QJsonValue &value, int min, int max, Number *target)
{
    const double number = value.toDouble(std::nan(""));
    if (!(number >= min && number <= max) || number != std::floor(number))
        return QStringLiteral("\"%1\" is a whole number from %2 to %3").arg(key).arg(min).arg(max);
    *target = Number(int(number));
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

QString readText(const QString &key, const QJsonValue &value, QByteArray *target)
{
    const QByteArray text = value.toString().toUtf8();
    const bool printable = std::all_of(
        text.cbegin(), text.cend(), [](char each) { return each > ' ' && each <= '~'; });
    if (text.isEmpty() || text.size() > maxText || !printable)
        return QStringLiteral("\"%1\" is text without spaces").arg(key);
    *target = text;
    return {};
}

QString readTimes(const QString &key, const QJsonValue &value, int *times)
{
    if (value.toString() == u"always") {
        *times = Fault::always;
        return {};
    }
    const QString problem = readWhole(key, value, 1, maxCount, times);
    return problem.isEmpty() ? problem : problem + QStringLiteral(" or \"always\"");
}

QString readStatus(const QString &key, const QJsonValue &value, Fault *fault)
{
    const int group = fault->kind == Kind::ServerError ? 500
        : fault->kind == Kind::ApiError                ? 400
                                                       : 300;
    return readWhole(key, value, group, group + 99, &fault->status);
}

QString readFlag(const QString &key, const QJsonValue &value, bool *target)
{
    *target = value.toBool();
    return value.isBool() ? QString() : QStringLiteral("\"%1\" is true or false").arg(key);
}

QString readMember(const QString &key, const QJsonValue &value, Fault *fault)
{
    if (const QString problem = misplaced(key, fault->kind); !problem.isEmpty())
        return problem;
    if (key == u"times")
        return readTimes(key, value, &fault->times);
    if (key == u"every")
        return readWhole(key, value, 1, maxCount, &fault->every);
    if (key == u"route")
        return readRoute(value, &fault->route);
    if (key == u"status")
        return readStatus(key, value, fault);
    if (key == u"retry_after_ms")
        return readWhole(key, value, 1, maxWait, &fault->retryAfter);
    if (key == u"hash")
        return readText(key, value, &fault->hash);
    if (key == u"limit")
        return readWord(key, value, limits, &fault->limit);
    if (key == u"code")
        return readWhole(key, value, 0, maxCount, &fault->code);
    if (key == u"location")
        return readText(key, value, &fault->location);
    if (key == u"size")
        return readWhole(key, value, 0, maxInt, &fault->size);
    if (key == u"pause_ms")
        return readWhole(key, value, 1, maxWait, &fault->pause);
    if (key == u"tells_length")
        return readFlag(key, value, &fault->tellsLength);
    return {};
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
    QString problem = readWord(kindKey, object[kindKey], kinds, &fault->kind);
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
