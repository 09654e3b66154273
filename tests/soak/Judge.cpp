// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/soak/Judge.h"

#include <algorithm>

namespace Turnstile::Soak {

using namespace std::chrono_literals;

static constexpr size_t mostNotes = 48;
static constexpr auto counterLifetime = 5min; // longer than all windows

Judge::Key Judge::keyOf(const Request &request)
{
    return {request.place.get(), request.queue().route->rule};
}

void Judge::asked(Place &place, Lane &lane, TimePoint now)
{
    // A lane that is new to the limiter, or was forgotten, begins with what is known of its route.
    if (lane.bucket.isEmpty() || (lane.tickets == 0 && now >= lane.usedAt + m_idleLifetime)) {
        const QByteArray known = m_routes.value(lane.endpoint.route());
        lane.isNamed = !known.isEmpty();
        lane.bucket = lane.isNamed ? known : '?' + lane.endpoint.provisionalBucket();
        place.buckets.removeIf([&](const auto &told) {
            return now >= told.value().at + m_idleLifetime && now >= told.value().heldUntil;
        });
    }
    lane.usedAt = now;
}

QString Judge::granted(Request &request, TimePoint now)
{
    const Lane &lane = request.queue();
    const auto told = request.place->buckets.constFind(lane.bucket);
    const bool isTold = told != request.place->buckets.cend();
    request.grantedAt = now;
    request.bucket = lane.bucket;
    request.isProbe = !isTold || told->at == TimePoint();
    note(request, "granted", now);
    if (now < m_edgeHeldUntil)
        return QStringLiteral("the edge holds everything");
    if (now < m_allHeldUntil && !lane.endpoint.isExemptFromGlobal())
        return QStringLiteral("a global 429 holds it");
    if (now < lane.heldUntil)
        return QStringLiteral("a 429 holds its route");
    if (isTold && now < told->heldUntil)
        return QStringLiteral("a 429 holds its bucket");
    if (lane.isLimited && lane.inFlight > 0)
        return QStringLiteral("beside another one, after a 429 of its route");
    return {};
}

void Judge::name(Place &place, Lane &lane, const QByteArray &bucket)
{
    m_routes[lane.endpoint.route()] = bucket;
    if (!lane.isNamed) { // all that are thought to share it go along
        const QByteArray before = lane.bucket;
        for (Lane &other : place.lanes) {
            if (other.bucket == before) {
                other.bucket = bucket;
                other.isNamed = true;
            }
        }
    }
    lane.bucket = bucket;
    lane.isNamed = true;
}

void Judge::answered(Request &request, TimePoint now)
{
    const RatelimitHeaders &headers = request.headers;
    Lane &lane = request.queue();
    Place &place = *request.place;
    note(request, "answer", now);
    // One that was overtaken by an answer with another name says nothing of now.
    const bool isStale = request.grantedAt < lane.namedAt && headers.bucket != lane.bucket;
    if (headers.kind == RatelimitHeaders::Kind::Bucket && !headers.bucket.isEmpty() && !isStale) {
        name(place, lane, headers.bucket);
        lane.namedAt = std::max(lane.namedAt, request.grantedAt);
    }
    if (headers.kind == RatelimitHeaders::Kind::Bucket && (headers.limit || headers.remaining))
        place.buckets[lane.bucket].at = now;
    if (request.passed > 0) {
        Counter &counter = m_counters[keyOf(request)];
        for (Passed &passed : counter.passed) {
            if (passed.number == request.passed) {
                passed.answeredAt = now;
                passed.answered = lane.bucket;
            }
        }
    }
    if (!request.limitedBy) {
        lane.isLimited = false;
        return;
    }
    const TimePoint until = now + headers.retryAfter.value_or(0ms);
    // Where no numbers come along, a sublimit looks as if the bucket was empty.
    const bool isHidden = headers.scope == Scope::Shared || headers.remaining.value_or(0) > 0;
    const auto kind = *request.limitedBy == LimitKind::Sublimit && !isHidden ? LimitKind::Bucket
                                                                             : *request.limitedBy;
    switch (kind) {
    case LimitKind::Bucket:
        place.buckets[lane.bucket].heldUntil = until;
        break;
    case LimitKind::Sublimit:
    case LimitKind::Shared: // each endpoint has one lane here
        lane.heldUntil = std::max(lane.heldUntil, until);
        lane.isLimited = true;
        break;
    case LimitKind::Global:
        m_allHeldUntil = std::max(m_allHeldUntil, until);
        break;
    case LimitKind::Cloudflare:
        m_edgeHeldUntil = std::max(m_edgeHeldUntil, now + 60s);
        break;
    }
}

Judge::Passed Judge::passedBy(const Request &request)
{
    return {request.passed, request.lane, request.grantedAt, request.bucket, {}, {},
        request.isAbandoned};
}

void Judge::passed(Request &request, TimePoint now)
{
    const int limit = rules()[size_t(request.queue().route->rule)].bucket.limit;
    Counter &counter = m_counters[keyOf(request)];
    counter.usedAt = now;
    request.passed = ++counter.count;
    counter.passed.push_back(passedBy(request));
    if (counter.passed.size() > size_t(limit))
        counter.passed.pop_front();
    note(request, "passed", now);
    if (request.isAbandoned)
        m_abandoned.push_back(now);
    while (!m_abandoned.empty() && m_abandoned.front() + 1s <= now)
        m_abandoned.pop_front();
}

// Whether, when \a one was granted, another lane was thought to count elsewhere of which one had
// been granted before. Those of one lane count together, whatever their bucket is called.
bool Judge::isMisplaced(const std::deque<Passed> &passed, const Passed &one)
{
    return std::any_of(passed.begin(), passed.end(), [&one](const Passed &other) {
        const bool isAnswered =
            other.answeredAt != TimePoint() && other.answeredAt <= one.grantedAt;
        return other.lane != one.lane && other.grantedAt <= one.grantedAt
            && (isAnswered ? other.answered : other.bucket) != one.bucket;
    });
}

QString Judge::excuse(const Request &request, TimePoint now) const
{
    switch (*request.limitedBy) {
    case LimitKind::Sublimit:
        return QStringLiteral("no header tells of a sublimit");
    case LimitKind::Shared:
        return QStringLiteral("no header tells of a shared limit");
    case LimitKind::Cloudflare:
        return QStringLiteral("scripted");
    case LimitKind::Global:
        if (!m_abandoned.empty() && m_abandoned.back() + 1s > now)
            return QStringLiteral("global, and one of that second was given up on its way");
        return {};
    case LimitKind::Bucket:
        break;
    }
    if (request.isAbandoned)
        return QStringLiteral("bucket, after it was given up on its way");
    if (request.isProbe)
        return QStringLiteral("bucket, of which nothing had been told");
    const auto counter = m_counters.constFind(keyOf(request));
    if (counter == m_counters.cend())
        return {};
    const auto &passed = counter->passed;
    const bool misled = request.bucket.startsWith(lie)
        || std::any_of(passed.begin(), passed.end(), [](const Passed &other) {
               return other.bucket.startsWith(lie) || other.answered.startsWith(lie);
           });
    if (misled)
        return QStringLiteral("bucket, after an answer had named the wrong one");
    const bool elsewhere = isMisplaced(passed, passedBy(request))
        || std::any_of(passed.begin(), passed.end(),
            [&passed](const Passed &other) { return isMisplaced(passed, other); });
    const bool abandoned = std::any_of(
        passed.begin(), passed.end(), [](const Passed &other) { return other.wasAbandoned; });
    if (elsewhere)
        return QStringLiteral("bucket, of which nobody had told who counts in it");
    if (std::any_of(passed.begin(), passed.end(),
            [this](const Passed &other) { return other.grantedAt < m_setBackAt; }))
        return QStringLiteral("bucket, and one of those in it met a clock that was set back");
    if (abandoned)
        return QStringLiteral("bucket, and one of those in it was given up on its way");
    return {};
}

void Judge::restarted(TimePoint now, bool isSetBack)
{
    if (isSetBack)
        m_setBackAt = now;
    for (Counter &counter : m_counters)
        counter.passed.clear();
}

void Judge::renamed(int rule)
{
    for (auto it = m_counters.begin(); it != m_counters.end(); ++it) {
        if (it.key().second == rule)
            it->passed.clear();
    }
}

void Judge::note(const Request &request, const char *what, TimePoint now)
{
    auto &notes = m_counters[keyOf(request)].notes;
    notes.push_back({now, what, request.ticket, request.queue().endpoint.method(),
        request.headers.remaining, request.headers.resetAfter, request.queue().bucket});
    if (notes.size() > mostNotes)
        notes.pop_front();
}

QString Judge::history(const Request &request) const
{
    QString text = request.queue().endpoint.name();
    const auto counter = m_counters.constFind(keyOf(request));
    for (const Note &note : counter->notes) {
        const auto ms = std::chrono::duration<double, std::milli>(note.at.time_since_epoch());
        text += QStringLiteral("\n  %1 ms  %2 #%3 %4 %5")
                    .arg(ms.count(), 0, 'f', 3)
                    .arg(QLatin1String(note.what), -8)
                    .arg(note.ticket.number())
                    .arg(QString::fromLatin1(methodName(note.method)), -6)
                    .arg(QString::fromLatin1(note.bucket));
        if (note.remaining)
            text += QStringLiteral(" remaining %1").arg(*note.remaining);
        if (note.resetAfter)
            text += QStringLiteral(" reset after %1 ms").arg(note.resetAfter->count());
    }
    return text;
}

void Judge::collect(TimePoint now)
{
    m_counters.removeIf([now](const auto &entry) {
        const Counter &counter = entry.value();
        return counter.notes.empty() || counter.notes.back().at + counterLifetime <= now;
    });
}

} // namespace Turnstile::Soak
