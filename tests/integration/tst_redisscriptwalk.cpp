// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// The script in Redis and TokenCounter are held to the same: both hear the same answers of a small
// server with faults, and have to say the same after each step.
#include "ratelimit/core/GlobalLimit.h"
#include "tests/common/CounterWalk.h"

#include <QtTest/QtTest>

using namespace Turnstile;
using namespace std::chrono_literals;

static TimePoint at(qint64 time)
{
    return TimePoint(milliseconds(time));
}

class TestRedisScriptWalk : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void agreesWithTokenCounter();
    void agreesWithGlobalLimit();
};

void TestRedisScriptWalk::agreesWithTokenCounter()
{
    NEED_REDIS();
    RedisServer server;
    QVERIFY2(server.isRunning(), server.output().constData());
    const int seeds = qEnvironmentVariableIntValue("TURNSTILE_SEEDS");
    int steps = 0;
    int slid = 0;
    for (int seed = 1; seed <= std::max(seeds, 240); ++seed) {
        CounterWalk walk(server, quint32(seed));
        while (walk.step()) {
            const QByteArray said = walk.script();
            QVERIFY2(said == walk.counter(),
                qPrintable(QStringLiteral("seed %1, step %2:\n%3\n%4")
                               .arg(QString::number(seed), QString::number(walk.steps),
                                   QString::fromUtf8(said), QString::fromUtf8(walk.counter()))));
        }
        steps += walk.steps;
        slid += int(walk.hasSlid());
    }
    qInfo("%d steps; in %d walks the window slid", steps, slid);
    QVERIFY(steps > 20'000);
    QVERIFY(slid > 60);
}

// Requests of one process that nothing else holds.
void TestRedisScriptWalk::agreesWithGlobalLimit()
{
    NEED_REDIS();
    RedisServer server;
    for (quint32 seed = 1; seed <= 60; ++seed) {
        QRandomGenerator random(seed);
        const QByteArray keys = "global:{" + QByteArray::number(seed) + '}';
        server.command({"HSET", keys + ":b:b", "k", "1"});
        RedisScript script(server, keys);
        const int most = random.bounded(1, 20);
        script.common[u"global"_qs] = most;
        script.common[u"period"_qs] = 1000;
        script.common[u"lease"_qs] = 1'000'000'000;
        GlobalLimit limit(most, 1s);
        QList<std::pair<int, qint64>> inFlight; // and when they were granted
        int seq = 1;
        for (int step = 0; step < 120; ++step) {
            script.now += random.bounded(3) == 0 ? random.bounded(2500) : random.bounded(60);
            QJsonArray done;
            while (!inFlight.isEmpty() && random.bounded(3) > 0) {
                const auto [lease, grantedAt] = inFlight.takeAt(random.bounded(inFlight.size()));
                QJsonObject end{{u"b"_qs, u"b"_qs}, {u"l"_qs, lease}, {u"status"_qs, 200},
                    {u"age"_qs, script.now - grantedAt}, {u"how"_qs, u"answered"_qs}};
                const int fate = random.bounded(20);
                if (fate == 0) {
                    const int wait = random.bounded(1, 2000);
                    end[u"status"_qs] = 429;
                    end[u"limited"_qs] =
                        QJsonObject{{u"kind"_qs, u"global"_qs}, {u"wait"_qs, wait}};
                    limit.refused(at(grantedAt), at(script.now + wait), at(script.now));
                } else if (fate == 1) {
                    end[u"how"_qs] = u"unused"_qs;
                    limit.giveBack();
                } else {
                    end[u"how"_qs] = fate == 2 ? u"lost"_qs : u"answered"_qs;
                    limit.answered(at(script.now));
                }
                done.append(end);
            }
            const int wanted = random.bounded(1, 6);
            const QJsonObject reply = script.call(u"p"_qs,
                {{u"done"_qs, done},
                    {u"want"_qs,
                        QJsonArray{QJsonObject{
                            {u"b"_qs, u"b"_qs}, {u"n"_qs, wanted}, {u"seq"_qs, seq}}}}});
            int free = 0;
            for (; free < wanted && limit.isFree(at(script.now)); ++free) {
                limit.take();
                inFlight.append({seq + free, script.now});
            }
            seq += wanted;
            const QByteArray where = QByteArray::number(seed) + ", " + QByteArray::number(step);
            const QJsonValue told = reply[u"want"_qs][0];
            QVERIFY2(told[u"n"_qs].toInt() == free, where.constData());
            QVERIFY2(reply[u"global"_qs][u"used"_qs].toInt() == limit.used(at(script.now)),
                where.constData());
            // While less than the limit is used, the script has one ask again at each raise.
            const auto next = limit.nextFreeAt(at(script.now));
            if (!next || free == wanted || limit.isLocked(at(script.now)))
                continue;
            const TimePoint waitEnds = at(script.now + told[u"wait"_qs].toInt());
            const bool isWhole = limit.shareAt(at(script.now)) == most;
            QVERIFY2(isWhole ? waitEnds == *next : waitEnds <= *next, where.constData());
        }
    }
}

QTEST_GUILESS_MAIN(TestRedisScriptWalk)

#include "tst_redisscriptwalk.moc"
