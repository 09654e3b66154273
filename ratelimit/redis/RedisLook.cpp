// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/redis/RedisLook.h"

#include "ratelimit/redis/RedisRequest.h"

#include <QtCore/QJsonDocument>

#include <algorithm>

namespace Turnstile {

using namespace std::chrono_literals;

// UTF-16 units of what a process says of itself, and of what is taken from others.
static constexpr qsizetype longestWord = 60;
// Of whom nothing was heard for so long Redis does not know when it was.
static constexpr milliseconds forgottenAfter = 10s;

// In JSON a unit takes six bytes at most, and all of them together fewer than the script allows.
QByteArray RedisLook::info(const QString &name, qint64 pid, const QString &host)
{
    const QJsonObject told{{u"name"_qs, name.left(longestWord)}, {u"pid"_qs, pid},
        {u"host"_qs, host.left(longestWord)}};
    return QJsonDocument(told).toJson(QJsonDocument::Compact);
}

void RedisLook::timePassed(TimePoint now)
{
    if (m_watchedUntil && *m_watchedUntil <= now)
        m_watchedUntil.reset();
}

std::optional<TimePoint> RedisLook::due() const
{
    if (!m_watchedUntil)
        return {};
    return m_askedAt + every;
}

void RedisLook::ask(RedisRequest &request, const QByteArrayList &buckets, TimePoint now)
{
    m_askedAt = now;
    request.addLook(buckets);
}

// What others wrote is shown as one line, whatever it is.
static QString word(const QJsonValue &value)
{
    QString text = value.toString().left(longestWord);
    std::replace_if(
        text.begin(), text.end(), [](QChar c) { return !c.isPrint(); },
        QChar::ReplacementCharacter);
    return text;
}

static SharedProcess process(const QJsonObject &told, const QByteArray &own, TimePoint now)
{
    const auto info = QJsonDocument::fromJson(told[u"info"].toString().toUtf8()).object();
    SharedProcess process;
    process.id = word(told[u"p"]);
    process.isOwn = told[u"p"].toString().toLatin1() == own;
    process.name = word(info[u"name"]);
    process.pid = std::max<qint64>(0, info[u"pid"].toInteger());
    process.host = word(info[u"host"]);
    const qint64 heard = told[u"heard"].toInteger(forgottenAfter.count()); // missing: longer ago
    process.heardAt = now - milliseconds(std::max<qint64>(0, heard));
    process.waitsForAll = told[u"waits"].toBool();
    process.leases = std::max(0, told[u"leases"].toInt());
    return process;
}

// A bucket is `HASH#MAJOR#OWNER`, with `#ROUTE` where routes are counted apart, or, without a hash,
// `#p#ROUTE#MAJOR#OWNER`. The owner is of no interest to people.
static SharedBucket named(const QByteArray &name)
{
    const QList<QByteArray> parts = name.split('#');
    SharedBucket bucket;
    const bool hasHash = !parts.first().isEmpty();
    const QByteArray route = parts.value(hasHash ? 3 : 2);
    bucket.majorResource = parts.value(hasHash ? 1 : 3);
    if (hasHash)
        bucket.hash = parts.first();
    QByteArrayList shown{route, bucket.majorResource, bucket.hash};
    shown.removeAll({});
    bucket.name = QString::fromUtf8(shown.join(" \u00b7 "));
    return bucket;
}

static SharedBucket bucket(
    const QJsonObject &told, const QHash<QString, int> &places, const RedisLook::Names &names)
{
    const QByteArray name = told[u"b"].toString().toUtf8();
    SharedBucket bucket = named(name);
    bucket.bucket = names.value(name);
    const QJsonArray allHolds = told[u"holds"].toArray();
    for (const auto &holds : allHolds) {
        const int leases = holds[u"n"].toInt();
        if (const auto place = places.constFind(holds[u"p"].toString());
            place != places.cend() && leases > 0)
            bucket.holders.push_back({*place, leases});
    }
    std::stable_sort(bucket.holders.begin(), bucket.holders.end(),
        [](const auto &a, const auto &b) { return a.leases > b.leases; });
    const QJsonArray allWaits = told[u"waits"].toArray();
    for (const auto &waits : allWaits) {
        if (const auto place = places.constFind(waits.toString()); place != places.cend())
            bucket.waiting.push_back(*place);
    }
    if (const size_t count = bucket.holders.size(); count > SharedState::mostNamed) {
        bucket.holders.resize(SharedState::mostNamed);
        bucket.moreHolders = int(count - SharedState::mostNamed);
    }
    if (const size_t count = bucket.waiting.size(); count > SharedState::mostNamed) {
        bucket.waiting.resize(SharedState::mostNamed);
        bucket.moreWaiting = int(count - SharedState::mostNamed);
    }
    return bucket;
}

void RedisLook::replied(
    const QJsonObject &look, const QByteArray &own, const Names &names, TimePoint now)
{
    SharedState state;
    state.at = now;
    const QJsonArray processes = look[u"processes"].toArray();
    for (const auto &told : processes)
        state.processes.push_back(process(told.toObject(), own, now));
    std::sort(state.processes.begin(), state.processes.end(),
        [](const SharedProcess &a, const SharedProcess &b) {
            return std::tie(b.isOwn, a.name, a.host, a.pid, a.id)
                < std::tie(a.isOwn, b.name, b.host, b.pid, b.id);
        });
    state.processes.resize(std::min(state.processes.size(), SharedState::mostProcesses));
    QHash<QString, int> places;
    for (size_t i = 0; i < state.processes.size(); ++i)
        places.insert(state.processes[i].id, int(i));
    const QJsonArray buckets = look[u"buckets"].toArray();
    const qsizetype count = std::min(buckets.size(), qsizetype(SharedState::mostBuckets));
    for (qsizetype i = 0; i < count; ++i) {
        SharedBucket told = bucket(buckets[i].toObject(), places, names);
        if (!told.holders.empty() || !told.waiting.empty())
            state.buckets.push_back(std::move(told));
    }
    state.moreBuckets = std::max(0, look[u"more"].toInt()) + int(buckets.size() - count);
    m_state = std::move(state);
}

} // namespace Turnstile
