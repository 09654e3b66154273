// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/RatelimitHeaders.h"
#include "tests/soak/Places.h"

#include <QtCore/QString>

#include <deque>

namespace Turnstile::Soak {

/// What the names begin with that are not those of any bucket.
constexpr char lie[] = "lie.";

/// A request on its way, from the grant of its ticket.
struct Request {
    TicketId ticket;
    bool isAbandoned = false; ///< its ticket ended before: nobody hears the answer
    bool isSent = false;
    std::chrono::nanoseconds answerIn{0}; ///< at least
    int attempt = 0;
    PlacePtr place;
    int lane = 0;
    TimePoint grantedAt;
    QByteArray bucket;    ///< where it was thought to count when it was granted
    bool isProbe = false; ///< of which no number had been told
    quint64 passed = 0;   ///< how many had passed its counter, with it; 0: it has not
    std::optional<LimitKind> limitedBy;
    RatelimitHeaders headers;

    Lane &queue() const { return place->lanes[size_t(lane)]; }
};

/// Keeps book, beside the scheduler, of what a limiter has been told and of what the server counts:
/// so it knows which 429s could have been avoided.
///
/// One could not when
/// - no rule asked for it (it was scripted), or no header tells of the rule (sublimit, shared);
/// - it met the first request of a bucket of which no number had been told;
/// - several lanes had emptied its bucket, and when one of them was granted nobody had told that
///   they count together (the server names buckets only in answers), or an answer had lied;
/// - one of those in it was on its way when the server began anew with its clock set back, so that
///   its answer seems to be of an older window;
/// - one of those in it, or itself, had been given up by its owner, and arrived after that.
/// All others could. What a 429 asks for must be kept: grants during its wait are broken promises.
class Judge {
public:
    explicit Judge(milliseconds idleLifetime)
        : m_idleLifetime(idleLifetime)
    {
    }

    // What the limiter is told
    void asked(Place &place, Lane &lane, TimePoint now);
    /// Fills in what was known; says what was wrong about granting it. Empty: nothing.
    QString granted(Request &request, TimePoint now);
    void answered(Request &request, TimePoint now);

    // What the server counts
    void passed(Request &request, TimePoint now);
    /// Why a 429 of the server's rules could not be avoided. Empty: it could.
    QString excuse(const Request &request, TimePoint now) const;
    /// All counters begin anew, and the clock was set back, or not.
    void restarted(TimePoint now, bool isSetBack);
    /// Those of one rule begin anew.
    void renamed(int rule);

    /// What happened lately in the counter of \a request, one line each.
    QString history(const Request &request) const;
    void note(const Request &request, const char *what, TimePoint now);

    void collect(TimePoint now);

private:
    struct Passed {
        quint64 number;
        int lane;
        TimePoint grantedAt;
        QByteArray bucket; // as thought when it was granted, then as answered
        TimePoint answeredAt;
        QByteArray answered;
        bool wasAbandoned;
    };
    struct Note {
        TimePoint at;
        const char *what;
        TicketId ticket;
        Method method;
        std::optional<int> remaining;
        std::optional<milliseconds> resetAfter;
        QByteArray bucket;
    };
    struct Counter {
        quint64 count = 0;
        std::deque<Passed> passed; // as many as its limit
        std::deque<Note> notes;
        TimePoint usedAt;
    };
    using Key = std::pair<const Place *, int>;
    static Passed passedBy(const Request &request);
    static bool isMisplaced(const std::deque<Passed> &passed, const Passed &one);
    static Key keyOf(const Request &request);
    void name(Place &place, Lane &lane, const QByteArray &bucket);

    const milliseconds m_idleLifetime;
    QHash<QByteArray, QByteArray> m_routes; // by Endpoint::route(): the bucket's name
    QHash<Key, Counter> m_counters;
    TimePoint m_setBackAt;
    TimePoint m_allHeldUntil;          // by a global 429
    TimePoint m_edgeHeldUntil;         // by the edge
    std::deque<TimePoint> m_abandoned; // that passed, of the last second
};

} // namespace Turnstile::Soak
