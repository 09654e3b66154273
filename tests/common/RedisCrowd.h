// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "tests/common/RedisScript.h"

#include <QtCore/QRandomGenerator>

#include <limits>
#include <map>
#include <vector>

/// Counts in windows of a second, as the bucket or the whole API does.
struct ModelWindow {
    int limit = 0;
    qint64 end = 0;
    int used = 0;
    int most = 0;

    void count(qint64 now)
    {
        if (now >= end) {
            end = now + 1000;
            used = 0;
        }
        most = std::max(most, ++used);
    }
};

/// Processes that always have more to send, and ask only when they are woken or told to.
class Crowd {
public:
    struct Member {
        int served = 0;
        std::map<int, bool> waits;                // bucket -> for the global limit
        std::map<int, std::map<int, int>> others; // bucket -> servings of others meanwhile
    };

    Crowd(RedisScript &script, quint32 seed, int processes, int bucketCount, int global)
        : m_script(script)
        , m_wakes(script)
        , m_random(seed)
    {
        m_script.common[u"global"_qs] = global;
        api.limit = global;
        for (int i = 0; i < bucketCount; ++i) {
            ModelWindow window;
            window.limit = m_random.bounded(3, 8);
            buckets.push_back(window);
        }
        members.resize(size_t(processes));
        for (int i = 0; i < processes; ++i) {
            for (int bucket = 0; bucket < bucketCount; ++bucket)
                m_asks[{i, bucket}] = m_script.now + m_random.bounded(5);
        }
    }

    std::vector<Member> members;
    std::vector<ModelWindow> buckets;
    ModelWindow api;
    int mostBetween = 0; // servings of another process while one waited
    int calls = 0;

    void run(qint64 time)
    {
        const qint64 end = m_script.now + time;
        while (step() && m_script.now < end) { }
    }

private:
    struct Request {
        int member = 0;
        int bucket = 0;
        int seq = 0;
        qint64 grantedAt = 0;
    };

    static QString name(int bucket) { return u'b' + QString::number(bucket); }

    bool step()
    {
        qint64 next = std::numeric_limits<qint64>::max();
        std::pair<int, int> asker{-1, -1};
        for (const auto &[who, at] : m_asks) {
            if (at < next) {
                next = at;
                asker = who;
            }
        }
        if (!m_answers.empty() && m_answers.begin()->first <= next) {
            const auto answer = m_answers.extract(m_answers.begin());
            m_script.now = std::max(m_script.now, answer.key());
            call(answer.mapped().first, -1, answer.mapped().second);
        } else if (!m_arrivals.empty() && m_arrivals.begin()->first <= next) {
            const auto arrival = m_arrivals.extract(m_arrivals.begin());
            arrive(arrival.mapped(), arrival.key());
        } else if (asker.first >= 0) {
            m_script.now = std::max(m_script.now, next);
            call(asker.first, asker.second, {});
        } else {
            return false;
        }
        return true;
    }

    // Asks for the bucket, and for all that waits for the global limit.
    void call(int index, int asked, const QJsonObject &done)
    {
        ++calls;
        QList<int> wanted;
        for (const auto &[bucket, isGlobal] : members[size_t(index)].waits) {
            if (isGlobal && bucket != asked)
                wanted.append(bucket);
        }
        if (asked >= 0)
            wanted.append(asked);
        QJsonArray wants;
        for (const int bucket : std::as_const(wanted)) {
            wants.append(QJsonObject{{u"b"_qs, name(bucket)}, {u"n"_qs, 2}, {u"seq"_qs, m_seq}});
            m_seq += 2;
        }
        QJsonObject request{{u"want"_qs, wants}};
        if (!done.isEmpty())
            request.insert(u"done"_qs, QJsonArray{done});
        const QJsonObject reply = m_script.call(u'p' + QString::number(index), request);
        for (int i = 0; i < int(wanted.size()); ++i)
            hear(index, wanted.at(i), wants[i][u"seq"_qs].toInt(), reply[u"want"_qs][i].toObject());
        wake();
    }

    void hear(int index, int bucket, int seq, const QJsonObject &told)
    {
        Member &member = members[size_t(index)];
        const int count = told[u"n"_qs].toInt();
        for (int i = 0; i < count; ++i) {
            m_arrivals.emplace(m_script.now + m_random.bounded(1, 60),
                Request{index, bucket, seq + i, m_script.now});
        }
        member.served += count;
        for (Member &other : members) {
            if (count > 0 && &other != &member && other.others.contains(bucket))
                mostBetween = std::max(mostBetween, ++other.others[bucket][index]);
        }
        m_asks.erase({index, bucket});
        member.waits.erase(bucket);
        if (!told.contains(u"why"_qs)) { // has what it wanted: wants more a little later
            member.others.erase(bucket);
            m_asks[{index, bucket}] = m_script.now + m_random.bounded(1, 30);
            return;
        }
        const bool isGlobal = told.contains(u"at"_qs);
        member.waits[bucket] = isGlobal;
        if (isGlobal)
            member.others.erase(bucket);
        else if (count > 0 || !member.others.contains(bucket))
            member.others[bucket] = {};
        if (told[u"wait"_qs].isDouble())
            m_asks[{index, bucket}] =
                m_script.now + told[u"wait"_qs].toInteger() + m_random.bounded(20);
    }

    void arrive(const Request &request, qint64 at)
    {
        ModelWindow &window = buckets[size_t(request.bucket)];
        window.count(at);
        api.count(at);
        const qint64 answered = at + m_random.bounded(1, 60);
        m_answers.emplace(answered,
            std::pair(request.member,
                QJsonObject{{u"b"_qs, name(request.bucket)}, {u"l"_qs, request.seq},
                    {u"how"_qs, u"answered"_qs}, {u"age"_qs, answered - request.grantedAt},
                    {u"status"_qs, 200}, {u"kind"_qs, u"bucket"_qs}, {u"limit"_qs, window.limit},
                    {u"remaining"_qs, window.limit - window.used}, {u"after"_qs, window.end - at},
                    {u"reset"_qs, window.end}}));
    }

    void wake()
    {
        const QByteArrayList messages = m_wakes.take();
        for (const QByteArray &message : messages) {
            const qsizetype end = message.indexOf('\n');
            const QByteArray woken = message.first(end);
            const QByteArrayList meant = message.mid(end + 1).split(' ');
            for (const QByteArray &who : meant) {
                const QByteArrayList parts = who.mid(1).split('+');
                const qint64 at = m_script.now + parts.value(1).toInt() + m_random.bounded(1, 20);
                const int index = parts[0].toInt();
                for (const auto &[bucket, isGlobal] : members[size_t(index)].waits) {
                    if (woken == (isGlobal ? QByteArray("*") : name(bucket).toLatin1()))
                        ask(index, bucket, at);
                }
            }
        }
    }
    void ask(int index, int bucket, qint64 at)
    {
        const auto [planned, isNew] = m_asks.try_emplace({index, bucket}, at);
        planned->second = std::min(planned->second, at);
    }

    RedisScript &m_script;
    RedisWakes m_wakes;
    QRandomGenerator m_random;
    std::map<std::pair<int, int>, qint64> m_asks; // member and bucket
    std::multimap<qint64, Request> m_arrivals;
    std::multimap<qint64, std::pair<int, QJsonObject>> m_answers;
    int m_seq = 1;
};
