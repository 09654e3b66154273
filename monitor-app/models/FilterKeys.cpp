// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/FilterKeys.h"

#include <QtCore/QCoreApplication>

#include <algorithm>
#include <array>
#include <numeric>

namespace Turnstile::Monitor {

namespace {
constexpr FilterKeyInfo keys[] = {
    {FilterKey::Method, FilterValue::Method, "method", "POST",
        QT_TRANSLATE_NOOP("Turnstile::Monitor", "GET, POST, …")},
    {FilterKey::State, FilterValue::State, "state", "exhausted",
        QT_TRANSLATE_NOOP("Turnstile::Monitor", "what holds it")},
    {FilterKey::Queued, FilterValue::Count, "queued", ">10",
        QT_TRANSLATE_NOOP("Turnstile::Monitor", "tickets that wait")},
    {FilterKey::InFlight, FilterValue::Count, "inflight", ">0",
        QT_TRANSLATE_NOOP("Turnstile::Monitor", "requests on their way")},
    {FilterKey::Remaining, FilterValue::Count, "remaining", "0",
        QT_TRANSLATE_NOOP("Turnstile::Monitor", "tokens left")},
    {FilterKey::Limit, FilterValue::Count, "limit", "<=1",
        QT_TRANSLATE_NOOP("Turnstile::Monitor", "tokens in a window")},
    {FilterKey::Hits, FilterValue::Count, "429", ">0",
        QT_TRANSLATE_NOOP("Turnstile::Monitor", "responses 429")},
    {FilterKey::Wait, FilterValue::Duration, "wait", ">500ms",
        QT_TRANSLATE_NOOP("Turnstile::Monitor", "how long tickets waited, p95")},
    {FilterKey::Reset, FilterValue::Duration, "reset", "<2s",
        QT_TRANSLATE_NOOP("Turnstile::Monitor", "until an open window ends")},
    {FilterKey::Rate, FilterValue::Decimal, "rate", ">5",
        QT_TRANSLATE_NOOP("Turnstile::Monitor", "tickets granted per second")},
    {FilterKey::Bucket, FilterValue::Text, "bucket", "a1f3",
        QT_TRANSLATE_NOOP("Turnstile::Monitor", "how its hash begins")},
    {FilterKey::Major, FilterValue::Text, "major", "41771983423143937",
        QT_TRANSLATE_NOOP("Turnstile::Monitor", "channel, guild or webhook")},
};

constexpr FilterState states[] = {
    {"paused", RowState::Paused, false},
    {"global", RowState::GloballyLocked, false},
    {"globallock", RowState::GloballyLocked, true},
    {"globallylocked", RowState::GloballyLocked, true},
    {"locked", RowState::GloballyLocked, true},
    {"away", RowState::RedisAway, false},
    {"redisaway", RowState::RedisAway, true},
    {"route", RowState::RouteLimited, false},
    {"routelimit", RowState::RouteLimited, true},
    {"routelimited", RowState::RouteLimited, true},
    {"sublimit", RowState::RouteLimited, true},
    {"exhausted", RowState::Exhausted, false},
    {"elsewhere", RowState::InUseElsewhere, false},
    {"inuseelsewhere", RowState::InUseElsewhere, true},
    {"others", RowState::OthersFirst, false},
    {"othersfirst", RowState::OthersFirst, true},
    {"probing", RowState::Probing, false},
    {"open", RowState::Open, false},
    {"exempt", RowState::Exempt, false},
    {"idle", RowState::Idle, false},
};

constexpr size_t longestKey = 12; // beyond it nothing is near
constexpr int mostTypos = 2;

// How many letters have to be added, dropped or changed.
int distance(QStringView a, QStringView b)
{
    std::array<int, longestKey + 1> row{};
    std::iota(row.begin(), row.end(), 0);
    for (const QChar letter : a) {
        int corner = row[0]++;
        for (qsizetype j = 0; j < b.size(); ++j) {
            const int above = row[size_t(j) + 1];
            const int changed = corner + (letter.toLower() == b[j].toLower() ? 0 : 1);
            row[size_t(j) + 1] = std::min({changed, above + 1, row[size_t(j)] + 1});
            corner = above;
        }
    }
    return row[size_t(b.size())];
}
} // namespace

QString FilterKeyInfo::description() const
{
    return QCoreApplication::translate("Turnstile::Monitor", about);
}

std::span<const FilterKeyInfo> filterKeys()
{
    return keys;
}

const FilterKeyInfo *filterKey(QStringView name)
{
    const auto *found = std::find_if(std::begin(keys), std::end(keys), [name](const auto &key) {
        return name.compare(QLatin1String(key.name), Qt::CaseInsensitive) == 0;
    });
    return found == std::end(keys) ? nullptr : found;
}

const FilterKeyInfo *nearestFilterKey(QStringView name)
{
    if (name.isEmpty() || name.size() > qsizetype(longestKey))
        return nullptr;
    const FilterKeyInfo *nearest = nullptr;
    int least = std::min(mostTypos + 1, int(name.size()));
    for (const FilterKeyInfo &key : keys) {
        const QString candidate = QString::fromLatin1(key.name);
        const int typos =
            candidate.startsWith(name, Qt::CaseInsensitive) ? 0 : distance(name, candidate);
        if (typos < least) {
            least = typos;
            nearest = &key;
        }
    }
    return nearest;
}

std::span<const FilterState> filterStates()
{
    return states;
}

const FilterState *filterState(const QString &name)
{
    QString letters = name.toLower();
    letters.removeIf([](QChar c) { return c.isSpace() || c == u'-' || c == u'_'; });
    const auto *found = std::find_if(std::begin(states), std::end(states),
        [&letters](const auto &state) { return letters == QLatin1String(state.name); });
    return found == std::end(states) ? nullptr : found;
}

QStringList filterMethods()
{
    return {QStringLiteral("GET"), QStringLiteral("HEAD"), QStringLiteral("POST"),
        QStringLiteral("PUT"), QStringLiteral("PATCH"), QStringLiteral("DELETE")};
}

} // namespace Turnstile::Monitor
