// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/Export.h"

#include "monitor-app/models/Sharing.h"
#include "monitor-app/models/TicketLog.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QDir>
#include <QtCore/QMetaEnum>
#include <QtCore/QSaveFile>

#include <algorithm>

namespace Turnstile::Monitor::Export {

namespace {
template <typename Enum> QByteArrayView nameOf(Enum value)
{
    return QMetaEnum::fromType<Enum>().valueToKey(int(value));
}

/// The same where \a value says something; empty for None.
template <typename Enum> QByteArrayView wordOf(Enum value)
{
    return value == Enum::None ? QByteArrayView() : nameOf(value);
}

std::optional<qint64> countOf(std::optional<milliseconds> duration)
{
    return duration ? std::optional<qint64>(duration->count()) : std::nullopt;
}

std::optional<qint64> resetsIn(const BucketRow &row, TimePoint now)
{
    const milliseconds left = row.resetsIn(now);
    return left > milliseconds::zero() ? std::optional<qint64>(left.count()) : std::nullopt;
}

std::optional<qint64> ageOf(std::optional<TimePoint> since, TimePoint now)
{
    if (!since)
        return std::nullopt;
    return std::chrono::floor<milliseconds>(std::max(now, *since) - *since).count();
}

// QDateTime would take most of the time of an export.
QByteArray isoText(WallTime wall)
{
    const auto day = std::chrono::floor<std::chrono::days>(wall);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(wall - day);
    QByteArray text("0000-00-00T00:00:00.000Z");
    const auto put = [&text](qsizetype end, qint64 number) {
        for (; number > 0 && end > 0; number /= 10)
            text[--end] = char('0' + number % 10);
    };
    put(4, int(date.year()));
    put(7, unsigned(date.month()));
    put(10, unsigned(date.day()));
    put(13, time.hours().count());
    put(16, time.minutes().count());
    put(19, time.seconds().count());
    put(23, time.subseconds().count());
    return text;
}

void addTime(TableWriter &table, std::optional<TimePoint> at, const Moment &moment)
{
    if (!at) {
        table.nothing();
        table.nothing();
        return;
    }
    const auto sinceNow = std::chrono::floor<milliseconds>(*at - moment.now);
    table.number(qint64(sinceNow.count()));
    table.text(QByteArrayView(isoText(moment.wall + sinceNow)));
}

void addTicket(TableWriter &table, const TicketTry &ticket, const Moment &moment)
{
    table.number(qint64(ticket.ticket.number()));
    table.number(qint64(ticket.bucket.number()));
    table.text(ticket.name);
    table.number(qint64(ticket.attempt));
    table.text(nameOf(ticket.state));
    table.number(ticket.status > 0 ? std::optional<int>(ticket.status) : std::nullopt);
    table.text(wordOf(ticket.error));
    table.text(wordOf(ticket.reason));
    addTime(table, ticket.askedAt, moment);
    addTime(table, ticket.queuedAt, moment);
    addTime(table, ticket.grantedAt, moment);
    addTime(table, ticket.endedAt, moment);
    table.number(qint64(ticket.waited(moment.now).count()));
    table.number(countOf(ticket.tookTime(moment.now)));
    table.endRow();
}

void addUse(TableWriter &table, const Bucket &bucket, const SharedState *shared)
{
    const SharedBucket *use = shared && !bucket.exempt ? Sharing::useOf(*shared, bucket) : nullptr;
    table.text(use && !use->holders.empty() ? Sharing::holders(*shared, use) : QString());
    table.text(use && !use->waiting.empty() ? Sharing::waiting(*shared, use) : QString());
}

void addBucket(TableWriter &table, const BucketRow &row, TimePoint now, const SharedState *shared)
{
    const Bucket &bucket = row.bucket;
    table.number(qint64(bucket.id.number()));
    table.text(stateName(row.state(now)));
    table.text(row.method);
    table.text(row.path);
    table.text(bucket.hash);
    table.text(bucket.majorResource);
    table.flag(bucket.exempt);
    table.number(bucket.limit);
    table.number(bucket.remaining);
    table.number(row.tokens(now));
    table.number(resetsIn(row, now));
    table.number(countOf(bucket.window));
    table.number(qint64(bucket.inFlight));
    table.number(qint64(bucket.queued));
    table.number(ageOf(bucket.oldestAskedAt, now));
    table.number(qint64(bucket.granted));
    table.number(row.grantedPerSecond(now));
    table.number(countOf(row.waitP95));
    table.number(qint64(bucket.rateLimited));
    table.text(bucket.wait ? bucket.wait->text(now) : QString());
    addUse(table, bucket, shared);
    table.endRow();
}
} // namespace

Moment momentOf(TimePoint now)
{
    const auto ago = std::chrono::steady_clock::now() - now;
    return {now, std::chrono::floor<milliseconds>(std::chrono::system_clock::now() - ago)};
}

bool buckets(QIODevice *device, TableWriter::Form form, const std::vector<const BucketRow *> &rows,
    TimePoint now, const SharedState *shared)
{
    TableWriter table(device, form,
        {"bucket", "state", "method", "route", "hash", "major_resource", "exempt", "limit",
            "remaining", "tokens", "reset_ms", "window_ms", "in_flight", "queued", "oldest_age_ms",
            "granted", "granted_per_s", "wait_p95_ms", "answers_429", "waits_for", "held_by",
            "waiting_processes"});
    for (const BucketRow *row : rows)
        addBucket(table, *row, now, shared);
    return table.finish();
}

bool tickets(QIODevice *device, TableWriter::Form form, const std::vector<const BucketRow *> &rows,
    const TicketLog &log, const Moment &moment)
{
    TableWriter table(device, form,
        {"ticket", "bucket", "name", "attempt", "state", "status", "error", "reason", "asked_ms",
            "asked_at", "queued_ms", "queued_at", "granted_ms", "granted_at", "ended_ms",
            "ended_at", "waited_ms", "took_ms"});
    for (const BucketRow *row : rows) {
        for (const TicketTry &ticket : log.tries(row->bucket.id))
            addTicket(table, ticket, moment);
    }
    return table.finish();
}

QString toFile(const QString &path, const std::function<bool(QIODevice *)> &write)
{
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && write(&file) && file.commit())
        return {};
    return QCoreApplication::translate("Turnstile::Monitor::Export", "Cannot write %1: %2.")
        .arg(QDir::toNativeSeparators(path), file.errorString());
}

} // namespace Turnstile::Monitor::Export
