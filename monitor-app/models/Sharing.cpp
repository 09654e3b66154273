// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/Sharing.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/models/Words.h"

#include <QtNetwork/QHostAddress>

#include <algorithm>

namespace Turnstile::Monitor::Sharing {

namespace {
using namespace std::chrono_literals;

constexpr qsizetype mostNames = 4;            // in a sentence
constexpr milliseconds leastSilence = 4500ms; // one word and a half is missing

// The whole name is in the tool tips of the list of processes.
QString shortened(const QString &text)
{
    constexpr qsizetype most = 24;
    return text.size() <= most ? text : text.first(14) + QStringLiteral("…") + text.last(9);
}

const SharedProcess &processAt(const SharedState &shared, int place)
{
    return shared.processes[size_t(place)];
}
} // namespace

QString fewOf(QStringList names, int more)
{
    if (names.size() > mostNames) {
        more += int(names.size() - mostNames);
        names.resize(mostNames);
    }
    const QString list = names.join(QStringLiteral(", "));
    if (more > 0)
        return tr("%1 and %2 more").arg(list, Format::count(quint64(more)));
    return names.isEmpty() ? tr("nobody") : list;
}

QString name(const SharedProcess &process)
{
    if (process.isOwn)
        return tr("this process");
    if (!process.name.isEmpty())
        return process.name;
    return tr("no name (%1)")
        .arg(process.id.size() > 6 ? process.id.first(4) + QStringLiteral("…") : process.id);
}

QString machine(const SharedProcess &process)
{
    const bool isAddress = !QHostAddress(process.host).isNull();
    const QString host = isAddress ? process.host : process.host.section(QLatin1Char('.'), 0, 0);
    if (host.isEmpty())
        return process.pid > 0 ? QString::number(process.pid) : QString();
    return process.pid > 0 ? QStringLiteral("%1@%2").arg(process.pid).arg(shortened(host))
                           : shortened(host);
}

QString fullName(const SharedProcess &process)
{
    const QString where = machine(process);
    if (process.isOwn || where.isEmpty())
        return shortened(name(process));
    return QStringLiteral("%1 %2").arg(shortened(name(process)), where);
}

QString longName(const SharedProcess &process)
{
    if (!process.isOwn || process.name.isEmpty())
        return fullName(process);
    SharedProcess named = process;
    named.isOwn = false;
    return tr("%1 (this process)").arg(fullName(named));
}

bool isBusy(const SharedState &shared, size_t place)
{
    const SharedProcess &process = shared.processes[place];
    const auto waits = [place](const SharedBucket &use) {
        return std::count(use.waiting.begin(), use.waiting.end(), int(place)) > 0;
    };
    return process.leases > 0 || process.waitsForAll
        || std::any_of(shared.buckets.begin(), shared.buckets.end(), waits);
}

std::optional<std::chrono::seconds> silentFor(const SharedState &shared, size_t place)
{
    const auto ago = shared.at - shared.processes[place].heardAt;
    if (ago < leastSilence || !isBusy(shared, place))
        return std::nullopt;
    return std::chrono::floor<std::chrono::seconds>(ago);
}

QString heard(
    const SharedProcess &process, std::optional<std::chrono::seconds> silence, TimePoint now)
{
    if (silence)
        return tr("silent for %1").arg(Format::age(*silence));
    const auto ago = std::chrono::floor<std::chrono::seconds>(now - process.heardAt);
    return ago < 2s ? tr("now") : tr("%1 ago").arg(Format::age(ago));
}

// Who waits at the global limit is in no line of a bucket.
QString silentFirst(const SharedState &shared, const Bucket &bucket, TimePoint now)
{
    const SharedBucket *use = useOf(shared, bucket);
    if (!use || use->waiting.empty())
        return {};
    const auto first = size_t(use->waiting.front());
    const bool waitsHere = use->moreWaiting > 0
        || std::any_of(use->waiting.begin(), use->waiting.end(),
            [&shared](int place) { return processAt(shared, place).isOwn; });
    const auto silence = silentFor(shared, first);
    const SharedProcess &process = shared.processes[first];
    if (!waitsHere || !silence || process.isOwn)
        return {};
    const auto left =
        std::chrono::ceil<std::chrono::seconds>(process.heardAt + passedOverAfter - now);
    const QString who = tr("%1 goes first, and has been silent for %2")
                            .arg(fullName(process), Format::age(*silence));
    return left > 0s ? tr("%1; Redis passes it over in %2").arg(who, Format::age(left))
                     : tr("%1; Redis passes it over now").arg(who);
}

// Of a bucket that is in use nowhere here only the server's name is told.
const SharedBucket *useOf(const SharedState &shared, const Bucket &bucket)
{
    const auto &all = shared.buckets;
    auto found = std::find_if(all.begin(), all.end(),
        [&bucket](const SharedBucket &use) { return use.bucket == bucket.id; });
    if (found == all.end() && !bucket.hash.isEmpty())
        found = std::find_if(all.begin(), all.end(), [&bucket](const SharedBucket &use) {
            return use.bucket.isNull() && use.hash == bucket.hash
                && use.majorResource == bucket.majorResource;
        });
    return found == all.end() ? nullptr : &*found;
}

QString holders(const SharedState &shared, const SharedBucket *use)
{
    QStringList names;
    for (const auto &holder : use ? use->holders : std::vector<SharedBucket::Holder>())
        names += QStringLiteral("%1 (%2)").arg(
            fullName(processAt(shared, holder.process)), Format::count(quint64(holder.leases)));
    return fewOf(std::move(names), use ? use->moreHolders : 0);
}

int elsewhere(const SharedState &shared, const SharedBucket &use)
{
    int leases = use.moreHolders;
    for (const SharedBucket::Holder &holder : use.holders)
        leases += processAt(shared, holder.process).isOwn ? 0 : holder.leases;
    return leases;
}

QString waiting(const SharedState &shared, const SharedBucket *use)
{
    QStringList names;
    for (const int place : use ? use->waiting : std::vector<int>())
        names += fullName(processAt(shared, place));
    return fewOf(std::move(names), use ? use->moreWaiting : 0);
}

QString bucketName(const SharedBucket &bucket, const Store &store)
{
    if (const BucketRow *row = store.find(bucket.bucket); row && !row->bucket.name.isEmpty())
        return row->bucket.name;
    return bucket.name;
}

std::vector<Part> parts(const SharedState &shared, const Store &store)
{
    std::vector<Part> parts(shared.processes.size());
    for (size_t i = 0; i < parts.size(); ++i) {
        if (shared.processes[i].waitsForAll)
            parts[i].wanted += tr("the global limit");
    }
    for (const SharedBucket &bucket : shared.buckets) {
        const QString name = bucketName(bucket, store);
        for (const SharedBucket::Holder &holder : bucket.holders)
            parts[size_t(holder.process)].held +=
                QStringLiteral("%1 (%2)").arg(name, Format::count(quint64(holder.leases)));
        for (const int place : bucket.waiting)
            parts[size_t(place)].wanted += name;
    }
    return parts;
}

QString remark(const SharedState &shared, TimePoint now)
{
    if (!shared.problem.isEmpty()) {
        if (shared.at == TimePoint())
            return shared.problem;
        const auto age =
            std::chrono::floor<std::chrono::seconds>(std::max(now, shared.at) - shared.at);
        return tr("%1 This is how it was %2 ago.").arg(shared.problem, Format::age(age));
    }
    return shared.moreBuckets > 0
        ? tr("Of %1 more buckets nothing is told.").arg(Format::count(quint64(shared.moreBuckets)))
        : QString();
}

QString connection(const SharedState *shared)
{
    return shared && !shared->problem.isEmpty()
        ? tr("The process cannot reach its Redis: numbers are as they were")
        : QString();
}

} // namespace Turnstile::Monitor::Sharing
