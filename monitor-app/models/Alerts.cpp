// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/Alerts.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/models/Words.h"

#include <QtCore/QSettings>

#include <algorithm>
#include <utility>

namespace Turnstile::Monitor {

namespace {
constexpr int mostSeconds = 86'400;

QString globalLockKey()
{
    return QStringLiteral("alerts/globalLock");
}

QString rateLimitedKey()
{
    return QStringLiteral("alerts/rateLimited");
}

QString queueKey()
{
    return QStringLiteral("alerts/queueOlderThan");
}

milliseconds waitedFor(TimePoint from, TimePoint to)
{
    return std::chrono::ceil<milliseconds>(std::max(from, to) - from);
}
} // namespace

AlertSettings AlertSettings::load(const QSettings &settings)
{
    AlertSettings loaded;
    loaded.onGlobalLock = settings.value(globalLockKey(), false).toBool();
    loaded.onRateLimited = settings.value(rateLimitedKey(), false).toBool();
    if (const int seconds = settings.value(queueKey()).toInt(); seconds > 0)
        loaded.queueOlderThan = std::chrono::seconds(std::min(seconds, mostSeconds));
    return loaded;
}

void AlertSettings::save(QSettings &settings) const
{
    settings.setValue(globalLockKey(), onGlobalLock);
    settings.setValue(rateLimitedKey(), onRateLimited);
    settings.setValue(queueKey(), queueOlderThan ? int(queueOlderThan->count()) : 0);
}

void Alerts::setSettings(const AlertSettings &settings)
{
    if (settings.queueOlderThan != m_settings.queueOlderThan)
        m_queueTold = false;
    m_settings = settings;
}

void Alerts::apply(const UpdateBatch &batch)
{
    if (batch.reset)
        clear();
    if (batch.snapshotBegins) {
        m_waiting.clear(); // it names them again
        m_inSnapshot = true;
    }
    for (const Bucket &bucket : batch.buckets) {
        if (bucket.oldestAskedAt)
            m_waiting.insert(bucket.id, {*bucket.oldestAskedAt, bucket.name});
        else
            m_waiting.remove(bucket.id);
    }
    for (const BucketId bucket : batch.removed)
        m_waiting.remove(bucket);
    if (batch.snapshotEnds)
        m_inSnapshot = false;

    if (batch.global) {
        const auto &until = batch.global->lockedUntil;
        const bool isLocked = until && *until > batch.at;
        const bool wasLocked = m_lockedUntil && *m_lockedUntil > batch.at;
        m_isNewLock = isLocked && (m_isNewLock || !wasLocked);
        m_lockedUntil = until;
    }
    for (const RateLimitEvent &event : batch.hits) {
        const bool isLock =
            event.hit.kind == LimitKind::Global || event.hit.kind == LimitKind::Cloudflare;
        if (!m_settings.onRateLimited || (isLock && m_settings.onGlobalLock))
            continue; // one alert for one thing
        ++m_hits;
        m_lastHit = event.hit;
    }
}

void Alerts::clear()
{
    const AlertSettings settings = m_settings;
    *this = Alerts();
    m_settings = settings;
}

std::vector<Alert> Alerts::take(TimePoint now)
{
    std::vector<Alert> alerts;
    for (const auto &alert : {takeLock(now), takeHits(now), takeQueue(now)}) {
        if (alert)
            alerts.push_back(*alert);
    }
    return alerts;
}

std::optional<TimePoint> Alerts::due() const
{
    std::optional<TimePoint> due;
    if (m_settings.onRateLimited && m_hits > 0 && m_hitsToldAt)
        due = *m_hitsToldAt + pause;
    if (const Waiting *waiting = oldest(); waiting && !m_queueTold) {
        const TimePoint tooOld = waiting->since + *m_settings.queueOlderThan;
        due = std::min(due.value_or(tooOld), tooOld);
    }
    return due;
}

// Nothing while nobody asks for it.
const Alerts::Waiting *Alerts::oldest() const
{
    if (!m_settings.queueOlderThan || m_inSnapshot || m_waiting.isEmpty())
        return nullptr;
    return &*std::min_element(m_waiting.cbegin(), m_waiting.cend(),
        [](const Waiting &a, const Waiting &b) { return a.since < b.since; });
}

std::optional<Alert> Alerts::takeLock(TimePoint now)
{
    const bool isNew = std::exchange(m_isNewLock, false);
    if (!isNew || !m_settings.onGlobalLock || (m_lockToldAt && now - *m_lockToldAt < pause))
        return std::nullopt;
    m_lockToldAt = now;
    return Alert{tr("Global lock"),
        tr("A 429 holds all requests of the token for %1.")
            .arg(Format::duration(waitedFor(now, *m_lockedUntil)))};
}

std::optional<Alert> Alerts::takeHits(TimePoint now)
{
    if (!m_settings.onRateLimited)
        m_hits = 0;
    if (m_hits == 0 || (m_hitsToldAt && now - *m_hitsToldAt < pause))
        return std::nullopt;
    m_hitsToldAt = now;
    const int hits = std::exchange(m_hits, 0);
    const QString wait = Format::duration(m_lastHit.retryAfter);
    if (hits == 1)
        return Alert{tr("One answer was a 429"), tr("%1 waits %2.").arg(m_lastHit.name, wait)};
    return Alert{tr("%1 answers were 429s").arg(Format::count(quint64(hits))),
        tr("The last was for %1, which waits %2.").arg(m_lastHit.name, wait)};
}

std::optional<Alert> Alerts::takeQueue(TimePoint now)
{
    if (!m_settings.queueOlderThan || m_inSnapshot)
        return std::nullopt;
    const Waiting *waiting = oldest();
    const milliseconds age = waiting ? waitedFor(waiting->since, now) : milliseconds::zero();
    if (age < *m_settings.queueOlderThan) {
        if (age < milliseconds(*m_settings.queueOlderThan) / 2)
            m_queueTold = false;
        return std::nullopt;
    }
    if (std::exchange(m_queueTold, true))
        return std::nullopt;
    return Alert{tr("A ticket waits too long"),
        tr("%1 waits for %2.").arg(waiting->name, Format::duration(age))};
}

} // namespace Turnstile::Monitor
