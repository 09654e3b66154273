// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Whatever four processes say in whatever order, the script replies to the end: it lends no more
// than it was asked for, and knows of each lease once. Time is virtual.
#include "tests/common/RedisScript.h"

#include <QtCore/QRandomGenerator>
#include <QtTest/QtTest>

#include <vector>

namespace {

struct Lease {
    QString bucket; // as it was asked for
    int number = 0;
    qint64 grantedAt = 0;
};

struct Process {
    QString name;
    int lastNumber = 0;
    std::vector<Lease> leases{};
};

class Chaos {
public:
    Chaos(RedisServer &server, quint32 seed)
        : m_random(seed)
        , m_script(server, "chaos:{" + QByteArray::number(seed) + '}')
    {
        m_script.common[u"lease"_qs] = pick({2'000, 120'000});
        m_script.common[u"global"_qs] = pick({0, 1, 6, 50});
        m_script.common[u"invalid"_qs] = pick({0, 20, 10'000});
        for (int i = 0; i < 4; ++i)
            m_processes.push_back({QStringLiteral("p%1").arg(i)});
    }

    /// What is wrong after it, if anything.
    QString step()
    {
        m_script.now += chance(30) ? m_random.bounded(4'000) : m_random.bounded(40);
        Process &process = m_processes[size_t(m_random.bounded(int(m_processes.size())))];
        QJsonArray done, back;
        while (!process.leases.empty() && chance(60)) {
            const size_t index = size_t(m_random.bounded(int(process.leases.size())));
            const Lease lease = process.leases[index];
            process.leases.erase(process.leases.begin() + qsizetype(index));
            if (chance(10))
                back.append(QJsonObject{{u"b"_qs, lease.bucket}, {u"l"_qs, lease.number}});
            else
                done.append(end(lease));
        }
        makeWants(process);
        QJsonObject request{{u"done"_qs, done}, {u"back"_qs, back}};
        if (chance(15))
            request.insert(u"drop"_qs, QJsonArray{bucket(), u"*"_qs});
        if (chance(10))
            request.insert(u"look"_qs, QJsonArray{bucket()});
        const bool hasPools = chance(50);
        if (hasPools)
            request.insert(u"most"_qs, QJsonArray{m_random.bounded(4), m_random.bounded(4)});
        QJsonArray wants;
        for (QJsonObject &want : m_wants) {
            if (hasPools)
                want.insert(u"pool"_qs, m_random.bounded(1, 3));
            wants.append(want);
        }
        request.insert(u"want"_qs, wants);
        return take(process, m_script.call(process.name, request));
    }

    /// Whether what is lent in buckets is what holds slots.
    bool isEven()
    {
        const QVariantList names =
            m_script.server().command({"KEYS", m_script.keys() + ":l:*"}).toList();
        qint64 lent = 0;
        for (const QVariant &name : names)
            lent += leasesIn(name.toByteArray());
        return lent == leasesIn(m_script.keys() + ":gl");
    }

private:
    qint64 leasesIn(const QByteArray &key) // which have not expired
    {
        const QByteArray now = '(' + QByteArray::number(m_script.now);
        return m_script.server().command({"ZCOUNT", key, now, "+inf"}).toLongLong();
    }
    bool chance(int percent) { return m_random.bounded(100) < percent; }
    int pick(std::initializer_list<int> all)
    {
        return *(all.begin() + m_random.bounded(int(all.size())));
    }
    QString route() { return QStringLiteral("R%1").arg(m_random.bounded(3)); }
    QString bucket()
    {
        const int major = m_random.bounded(2);
        if (chance(40))
            return QStringLiteral("#p#%1#%2").arg(route()).arg(major);
        return QStringLiteral("%1#%2").arg(chance(70) ? u"h"_qs : u"g"_qs).arg(major)
            + (chance(15) ? u'#' + route() : QString());
    }

    void makeWants(Process &process)
    {
        m_wants.clear();
        QStringList asked;
        for (int i = m_random.bounded(4); i > 0; --i) {
            const QString name = bucket();
            if (asked.contains(name))
                continue;
            asked.append(name);
            const int count = m_random.bounded(1, 6);
            QJsonObject want{{u"b"_qs, name}, {u"n"_qs, count}, {u"seq"_qs, process.lastNumber + 1},
                {u"route"_qs, route()}, {u"major"_qs, QString::number(m_random.bounded(2))}};
            process.lastNumber += count;
            if (chance(20))
                want.insert(u"routes"_qs, QJsonArray{route(), route()});
            if (chance(20))
                want.insert(u"before"_qs, QJsonArray{bucket(), bucket()});
            if (chance(20))
                want.insert(u"probes"_qs, QJsonArray{u"lane"_qs});
            m_wants.push_back(want);
        }
    }

    QJsonObject end(const Lease &lease)
    {
        QJsonObject end{{u"b"_qs, lease.bucket}, {u"l"_qs, lease.number},
            {u"age"_qs, m_script.now - lease.grantedAt}, {u"route"_qs, route()}};
        if (chance(10)) {
            end.insert(u"how"_qs, u"lost"_qs);
            return end;
        }
        end.insert(u"how"_qs, u"answered"_qs);
        end.insert(u"status"_qs, pick({200, 200, 403, 429, 500}));
        end.insert(u"kind"_qs, chance(80) ? u"bucket"_qs : u"none"_qs);
        if (chance(90))
            end.insert(u"limit"_qs, m_random.bounded(0, 6));
        if (chance(90))
            end.insert(u"remaining"_qs, m_random.bounded(0, 6));
        if (chance(90))
            end.insert(u"after"_qs, m_random.bounded(3'000));
        if (chance(50))
            end.insert(u"reset"_qs, qint64(1'700'000'000'000) + m_random.bounded(5'000));
        if (chance(80)) {
            const QString hash = chance(70) ? u"h"_qs : u"g"_qs;
            end.insert(u"hash"_qs, hash);
            end.insert(u"name"_qs, hash + u'#' + QString::number(m_random.bounded(2)));
        }
        if (chance(5))
            end.insert(u"split"_qs, true);
        if (chance(20))
            end.insert(u"lane"_qs, u"lane"_qs);
        static const QString kinds[] = {
            u"bucket"_qs, u"global"_qs, u"sublimit"_qs, u"shared"_qs, u"cloudflare"_qs};
        if (chance(15))
            end.insert(u"limited"_qs,
                QJsonObject{{u"kind"_qs, kinds[m_random.bounded(5)]},
                    {u"wait"_qs, m_random.bounded(1, 3'000)}});
        return end;
    }

    QString take(Process &process, const QJsonObject &reply)
    {
        const auto wrong = [&](const QString &what) {
            return what + u": "_qs + QString::fromUtf8(QJsonDocument(reply).toJson());
        };
        if (!reply.contains(u"now"_qs))
            return wrong(u"it did not come to its end"_qs);
        const QJsonArray replies = reply[u"want"_qs].toArray();
        if (replies.size() != qsizetype(m_wants.size()))
            return wrong(u"not each want has a reply"_qs);
        for (qsizetype i = 0; i < replies.size(); ++i) {
            const QJsonObject want = m_wants[size_t(i)];
            const QJsonObject told = replies[i].toObject();
            const int count = told[u"n"_qs].toInt(-1);
            if (count < 0 || count > want[u"n"_qs].toInt() || told[u"b"_qs] != want[u"b"_qs])
                return wrong(u"it gave what nobody wanted"_qs);
            if (told[u"wait"_qs].toInt(1) < 0)
                return wrong(u"a wait is over before it begins"_qs);
            for (int lease = 0; lease < count; ++lease)
                process.leases.push_back(
                    {told[u"b"_qs].toString(), want[u"seq"_qs].toInt() + lease, m_script.now});
        }
        for (const auto &each : reply[u"learnt"_qs].toArray()) {
            if (each[u"free"_qs].toInt() < 0 || each[u"remaining"_qs].toInt() < 0)
                return wrong(u"less than nothing is left"_qs);
        }
        return {};
    }

    QRandomGenerator m_random;
    RedisScript m_script;
    std::vector<Process> m_processes;
    std::vector<QJsonObject> m_wants; // of this call
};

} // namespace

class TestRedisScriptChaos : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void repliesToTheEnd();
};

void TestRedisScriptChaos::repliesToTheEnd()
{
    NEED_REDIS();
    RedisServer server;
    QVERIFY2(server.isRunning(), server.output().constData());
    const int seeds = std::max(qEnvironmentVariableIntValue("TURNSTILE_SEEDS"), 30);
    for (int seed = 1; seed <= seeds; ++seed) {
        Chaos chaos(server, quint32(seed));
        for (int step = 1; step <= 300; ++step) {
            const QString wrong = chaos.step();
            QVERIFY2(wrong.isEmpty(),
                qPrintable(QStringLiteral("seed %1, step %2: ").arg(seed).arg(step) + wrong));
        }
        QVERIFY2(chaos.isEven(), qPrintable(QStringLiteral("seed %1").arg(seed)));
    }
}

QTEST_GUILESS_MAIN(TestRedisScriptChaos)
#include "tst_redisscriptchaos.moc"
