// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/TokenCounter.h"
#include "tests/common/RedisScript.h"

#include <QtCore/QRandomGenerator>
#include <QtCore/QSet>

#include <deque>
#include <limits>
#include <map>
#include <optional>

namespace Turnstile {

struct WalkRequest {
    int seq = 0;
    qint64 grantedAt = 0;
    qint64 sentAt = 0;
    bool isLost = false;
    bool isUnused = false;
    bool hasExpired = false;
    qint64 wait = 0; // of a 429
    RatelimitHeaders headers{};
};

/// Counts in windows, fixed or sliding, and leaves out or garbles what servers do.
class WalkServer {
public:
    explicit WalkServer(QRandomGenerator &random)
        : m_random(random)
        , m_limit(random.bounded(1, 12))
        , m_window(random.bounded(200, 6000))
        , m_roundsToSeconds(random.bounded(3) == 0)
        , m_countsLate(random.bounded(8) == 0)
        , m_isAligned(random.bounded(3) == 0)
        , m_isNamed(random.bounded(3) > 0)
        , m_slides(random.bounded(3) == 0)
        , m_faults(random.bounded(4) * 8)
    {
    }

    void answer(WalkRequest &request, qint64 now)
    {
        if (chance(m_faults / 4))
            m_limit = m_random.bounded(0, 12);
        if (chance(m_faults / 4))
            m_skew = m_random.bounded(-20'000, 20'000);
        if (chance(m_faults / 4)) { // it begins anew
            m_window = m_random.bounded(200, 6000);
            m_countsLate = chance(30);
            m_slides = chance(30);
            m_taken.clear();
            m_end = 0;
        }
        endWhatIsOver(now);
        RatelimitHeaders &headers = request.headers;
        const bool isRefused = int(m_taken.size()) >= m_limit || chance(m_faults / 4);
        if (!isRefused)
            m_taken.push_back(now);
        if (m_slides)
            m_end = (m_taken.empty() ? now : m_taken.back()) + m_window;
        const int left = m_limit - int(m_taken.size());
        headers.status = isRefused ? 429 : chance(m_faults) ? 500 : 200;
        headers.kind = RatelimitHeaders::Kind::Bucket;
        headers.limit = m_limit;
        headers.remaining = isRefused ? 0 : std::clamp(left + int(m_countsLate), 0, m_limit);
        headers.resetAfter = rounded(m_end - now);
        headers.reset = WallTime(rounded(m_end + m_skew));
        if (isRefused)
            request.wait = std::max<qint64>(1, m_end - now);
        leaveOut(headers);
    }

private:
    bool chance(int percent) { return m_random.bounded(100) < percent; }
    void endWhatIsOver(qint64 now)
    {
        if (m_slides) {
            while (!m_taken.empty() && m_taken.front() + m_window <= now)
                m_taken.pop_front();
        } else if (now >= m_end) {
            m_taken.clear();
            m_end = m_isAligned ? (now / m_window + 1) * m_window : now + m_window;
        }
    }
    milliseconds rounded(qint64 time) const
    {
        return milliseconds(m_roundsToSeconds ? (time + 999) / 1000 * 1000 : time);
    }
    void leaveOut(RatelimitHeaders &headers)
    {
        if (!m_isNamed || chance(m_faults))
            headers.reset.reset();
        if (chance(m_faults / 2)) {
            headers.resetAfter.reset();
            headers.reset.reset();
        }
        if (chance(m_faults / 2))
            headers.remaining.reset();
        if (chance(m_faults / 2))
            headers.limit.reset();
        if (chance(m_faults)) {
            headers.limit.reset();
            headers.remaining.reset();
            headers.resetAfter.reset();
            headers.reset.reset();
            headers.kind =
                chance(70) ? RatelimitHeaders::Kind::None : RatelimitHeaders::Kind::Invalid;
        }
    }

    QRandomGenerator &m_random;
    int m_limit;
    qint64 m_window;
    bool m_roundsToSeconds;
    bool m_countsLate;
    bool m_isAligned;
    bool m_isNamed; // tells Reset
    bool m_slides;
    int m_faults;               // in percent
    std::deque<qint64> m_taken; // when
    qint64 m_end = 0;
    qint64 m_skew = 1'700'000'000'000; // of its clock
};

/// Both accounts of one bucket.
class CounterWalk {
public:
    CounterWalk(RedisServer &server, quint32 seed)
        : m_random(seed)
        , m_script(server, "walk:{" + QByteArray::number(seed) + '}')
        , m_model(m_random)
    {
        m_script.common[u"lease"_qs] = lease;
        m_script.common[u"global"_qs] = 0;
        if (m_random.bounded(2) == 0) {
            m_margin = m_random.bounded(10, 200);
            m_script.common.insert(u"margin"_qs, *m_margin);
        }
    }

    int steps = 0;
    /// Whether there was one.
    bool step()
    {
        if (steps == 120)
            return false;
        ++steps;
        if (m_random.bounded(3) > 0)
            want(m_random.bounded(1, 4));
        else
            advance();
        m_hasSlid = m_hasSlid || m_counter.windowKind() == TokenCounter::WindowKind::Sliding;
        return true;
    }
    /// Whether the window was seen to slide.
    bool hasSlid() const { return m_hasSlid; }
    /// What they say: of the script, and of the counter.
    QByteArray script() const { return m_said; }
    QByteArray counter()
    {
        m_counter.roll(at(now()));
        const int free = m_counter.available(m_inFlight, at(now()));
        QJsonObject said{{u"b"_qs, u"b"_qs}, {u"inflight"_qs, m_inFlight}, {u"waiting"_qs, 0}};
        if (free < std::numeric_limits<int>::max())
            said.insert(u"free"_qs, free);
        if (const auto limit = m_counter.limit())
            said.insert(u"limit"_qs, *limit);
        if (const auto remaining = m_counter.remaining())
            said.insert(u"remaining"_qs, *remaining);
        if (const auto reset = m_counter.resetAt())
            said.insert(u"reset"_qs, qint64((*reset - at(now())) / milliseconds(1)));
        if (const auto until = m_counter.blockedUntil(at(now())))
            said.insert(u"blocked"_qs, qint64((*until - at(now())) / milliseconds(1)));
        static const QString names[] = {u"unknown"_qs, u"unlimited"_qs, u"limited"_qs};
        said.insert(u"knowledge"_qs, names[int(m_counter.knowledge())]);
        return QJsonDocument(said).toJson(QJsonDocument::Compact);
    }

private:
    static constexpr qint64 lease = 2500; // they live so long

    static TimePoint at(qint64 time) { return TimePoint(milliseconds(time)); }
    qint64 now() const { return m_script.now; }

    void ask(QJsonObject request)
    {
        request.insert(u"drop"_qs, QJsonArray{u"b"_qs}); // names it, and leaves no turns
        const QJsonObject reply = m_script.call(u"p"_qs, request);
        QJsonObject said = reply[u"learnt"_qs][0].toObject();
        said[u"waiting"_qs] = 0;
        m_said = QJsonDocument(said).toJson(QJsonDocument::Compact);
        m_given = reply[u"want"_qs][0][u"n"_qs].toInt();
    }

    void want(int count)
    {
        m_counter.roll(at(now()));
        const int free = std::min(count, m_counter.available(m_inFlight, at(now())));
        ask({{u"want"_qs,
            QJsonArray{QJsonObject{{u"b"_qs, u"b"_qs}, {u"n"_qs, count}, {u"seq"_qs, m_seq}}}}});
        if (m_given != free)
            m_said += " gave " + QByteArray::number(m_given);
        for (int i = 0; i < free; ++i)
            start();
        m_seq += count - free;
        m_inFlight += free;
    }
    void start()
    {
        WalkRequest request;
        request.seq = m_seq++;
        request.grantedAt = now();
        request.sentAt = now() + m_random.bounded(0, 20);
        request.isLost = m_random.bounded(25) == 0;
        request.isUnused = m_random.bounded(25) == 0;
        const bool isSlow = m_random.bounded(30) == 0;
        const qint64 counted = request.sentAt + m_random.bounded(1, isSlow ? 3500 : 120);
        m_arrivals.emplace(counted, request);
        m_expiries.emplace(now() + lease, request.seq);
    }

    // To the next thing that happens, or to a moment before it.
    void advance()
    {
        qint64 next = now() + m_random.bounded(1, 1500);
        if (!m_arrivals.empty())
            next = std::min(next, std::max(now(), m_arrivals.begin()->first));
        if (!m_answers.empty())
            next = std::min(next, std::max(now(), m_answers.begin()->first));
        if (!m_expiries.empty())
            next = std::min(next, m_expiries.begin()->first);
        m_script.now = next;
        expire();
        while (!m_arrivals.empty() && m_arrivals.begin()->first <= now()) {
            WalkRequest request = m_arrivals.extract(m_arrivals.begin()).mapped();
            if (!request.isUnused)
                m_model.answer(request, now());
            m_answers.emplace(now() + m_random.bounded(1, 150), request);
        }
        if (m_answers.empty() || m_answers.begin()->first > now())
            return ask({});
        QJsonArray done; // all that came at once
        while (!m_answers.empty() && m_answers.begin()->first <= now())
            done.append(finish(m_answers.extract(m_answers.begin()).mapped()));
        ask({{u"done"_qs, done}});
    }
    void expire()
    {
        while (!m_expiries.empty() && m_expiries.begin()->first <= now()) {
            m_counter.spend(at(m_expiries.begin()->first));
            m_expired.insert(m_expiries.extract(m_expiries.begin()).mapped());
            --m_inFlight;
        }
    }

    QJsonObject finish(const WalkRequest &request)
    {
        QJsonObject done{{u"b"_qs, u"b"_qs}, {u"l"_qs, request.seq},
            {u"age"_qs, now() - request.grantedAt}, {u"sent"_qs, now() - request.sentAt},
            {u"how"_qs,
                request.isUnused     ? u"unused"_qs
                    : request.isLost ? u"lost"_qs
                                     : u"answered"_qs}};
        const bool isLate = m_expired.contains(request.seq);
        if (!isLate) {
            --m_inFlight;
            std::erase_if(
                m_expiries, [&](const auto &expiry) { return expiry.second == request.seq; });
        }
        if (request.isLost && !request.isUnused && !isLate)
            m_counter.spend(at(now()));
        if (!request.isLost && !request.isUnused)
            learn(request, done);
        return done;
    }
    // As the scheduler does.
    void learn(const WalkRequest &request, QJsonObject &done)
    {
        const RatelimitHeaders &headers = request.headers;
        using Kind = RatelimitHeaders::Kind;
        done.insert(u"status"_qs, headers.status);
        done.insert(u"kind"_qs,
            headers.kind == Kind::Bucket     ? u"bucket"_qs
                : headers.kind == Kind::None ? u"none"_qs
                                             : u"invalid"_qs);
        if (headers.limit)
            done.insert(u"limit"_qs, *headers.limit);
        if (headers.remaining)
            done.insert(u"remaining"_qs, *headers.remaining);
        if (headers.resetAfter)
            done.insert(u"after"_qs, qint64(headers.resetAfter->count()));
        if (headers.reset)
            done.insert(u"reset"_qs, qint64(headers.reset->time_since_epoch().count()));
        if (headers.limit || headers.remaining || headers.resetAfter)
            m_counter.learn(headers, at(request.grantedAt), at(now()), m_inFlight,
                m_margin ? at(request.sentAt + *m_margin) : TimePoint::max());
        else if (!headers.isRateLimited())
            m_counter.learnNothing(headers.status == 200 && headers.kind == Kind::None, at(now()));
        if (!headers.isRateLimited())
            return;
        m_counter.block(at(now() + request.wait));
        done.insert(
            u"limited"_qs, QJsonObject{{u"kind"_qs, u"bucket"_qs}, {u"wait"_qs, request.wait}});
    }

    QRandomGenerator m_random;
    RedisScript m_script;
    WalkServer m_model;
    TokenCounter m_counter;
    std::optional<int> m_margin;
    int m_inFlight = 0;
    int m_seq = 1;
    int m_given = 0;
    bool m_hasSlid = false;
    QByteArray m_said;
    std::multimap<qint64, WalkRequest> m_arrivals;
    std::multimap<qint64, WalkRequest> m_answers;
    std::multimap<qint64, int> m_expiries;
    QSet<int> m_expired;
};

} // namespace Turnstile
