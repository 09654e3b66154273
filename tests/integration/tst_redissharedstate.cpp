// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// A monitor of one process sees what another one holds.
#include "ratelimit/monitoring/MonitorClient.h"
#include "ratelimit/monitoring/MonitorPublisher.h"
#include "tests/common/RedisBots.h"

#include <QtCore/QTemporaryDir>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;

static const Endpoint messages(Method::Get, "/channels/1/messages");

// One of the processes, with somebody who watches it if wanted.
struct Process {
    Process(const RedisServer &redis, const QString &name)
        : options(redisAt(redis.unixSocket()))
        , limiter(named(options, name))
    {
    }
    static const RedisOptions &named(RedisOptions &options, const QString &name)
    {
        options.name = name;
        return options;
    }
    // A monitor attaches.
    bool watch(const QString &path)
    {
        publisher = std::make_unique<MonitorPublisher>(&limiter);
        client = std::make_unique<MonitorClient>();
        QObject::connect(client.get(), &MonitorClient::updated, client.get(),
            [this](const MonitorUpdate &update) {
                if (update.shared)
                    shared = update.shared;
                for (const Bucket &bucket : update.buckets)
                    buckets[bucket.id] = bucket;
            });
        if (!publisher->listen(path))
            return false;
        client->open(MonitorAddress::local(path));
        return true;
    }
    // Whether the monitor of this process sees that \a name holds so many leases of a bucket that
    // is called as here, and how many wait for it.
    bool sees(const QString &name, int leases, size_t waiting) const
    {
        if (!shared)
            return false;
        return std::any_of(
            shared->buckets.begin(), shared->buckets.end(), [&](const SharedBucket &bucket) {
                return bucket.holders.size() == 1 && bucket.holders[0].leases == leases
                    && shared->processes[size_t(bucket.holders[0].process)].name == name
                    && bucket.waiting.size() == waiting;
            });
    }
    void ask(const Endpoint &endpoint)
    {
        auto *ticket = limiter.ticket(endpoint);
        QObject::connect(ticket, &TicketReceiver::available, &limiter,
            [this](const TicketSender &sender) { senders.push_back(sender); });
    }
    RedisOptions options;
    RedisRatelimiter limiter;
    std::unique_ptr<MonitorPublisher> publisher;
    std::unique_ptr<MonitorClient> client;
    std::optional<SharedState> shared;
    std::map<BucketId, Bucket> buckets;
    std::vector<TicketSender> senders;
};

class RedisSharedStateTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { NEED_REDIS(); }

    void aMonitorOfOneSeesWhatTheOtherHolds()
    {
        RedisServer redis;
        const QTemporaryDir folder;
        Process holder(redis, u"holder"_qs), waiter(redis, u"waiter"_qs);
        holder.ask(messages);
        QTRY_COMPARE(holder.senders.size(), size_t(1));
        waiter.ask(messages); // the other one learns the limit first
        QTRY_VERIFY(waiter.limiter.sharing().calls >= 2);
        QVERIFY(holder.watch(folder.filePath(u"holder.sock"_qs)));
        QVERIFY(waiter.watch(folder.filePath(u"waiter.sock"_qs)));
        for (const Process *process : {&holder, &waiter}) {
            QTRY_VERIFY(process->sees(u"holder"_qs, 1, 1));
            const SharedState &shared = *process->shared;
            QCOMPARE(shared.problem, QString());
            QCOMPARE(shared.processes.size(), size_t(2));
            QVERIFY(shared.processes[0].isOwn && !shared.processes[1].isOwn);
            QCOMPARE(shared.processes[0].name, process->options.name);
            for (const SharedProcess &told : shared.processes) {
                QCOMPARE(told.pid, QCoreApplication::applicationPid());
                QCOMPARE(told.host, QSysInfo::machineHostName().left(60));
                QCOMPARE(told.leases, told.name == u"holder" ? 1 : 0);
            }
            QVERIFY(process->buckets.contains(shared.buckets[0].bucket));
        }
        QVERIFY(holder.senders[0].headers({}));
        QTRY_COMPARE(waiter.senders.size(), size_t(1));
        QTRY_VERIFY(holder.sees(u"waiter"_qs, 1, 0));

        redis.kill();
        QTRY_VERIFY(!holder.shared->problem.isEmpty());
        QCOMPARE(holder.shared->processes.size(), size_t(2)); // as it was
    }

    // Who wants nothing and is not watched says nothing, and is asked for nothing.
    void nobodyWatches()
    {
        RedisServer redis;
        Process process(redis, u"quiet"_qs);
        QTRY_COMPARE(process.limiter.sharing().calls, 1U); // that it is there
        QSignalSpy changed(&process.limiter, &InMemoryRatelimiter::sharedStateChanged);
        QCOMPARE(process.limiter.sharedState().at, TimePoint());
        QTRY_COMPARE(changed.count(), 1);
        QCOMPARE(process.limiter.sharedState().processes.size(), size_t(1));
        // For how long: tst_redislook.
        QTRY_VERIFY_WITH_TIMEOUT(changed.count() >= 3, 6000);
        QCOMPARE(process.limiter.sharing().calls, quint64(1 + changed.count()));
    }

    void isDeletedByItsSlot()
    {
        RedisServer redis;
        auto *limiter = new RedisRatelimiter(redisAt(redis.unixSocket()));
        QPointer<RedisRatelimiter> alive(limiter);
        connect(limiter, &InMemoryRatelimiter::sharedStateChanged, this, [&] { delete limiter; });
        limiter->sharedState();
        QTRY_VERIFY(!alive);
    }

    // Whatever is waited for, no token gets to Redis, or to a monitor.
    void tellsNoSecret()
    {
        RedisServer redis;
        const QTemporaryDir folder;
        const QByteArray secret = "c2VjcmV0LXRva2VuLW9mLWEtd2ViaG9vaw";
        Process holder(redis, u"holder"_qs), waiter(redis, u"waiter"_qs);
        for (Process *process : {&holder, &waiter}) {
            QVERIFY(process->watch(folder.filePath(process->options.name)));
            process->ask({Method::Post, "/webhooks/223704706495545344/" + secret});
        }
        QTRY_VERIFY(waiter.shared && !waiter.shared->buckets.empty());
        for (const SharedBucket &bucket : waiter.shared->buckets) {
            QVERIFY(bucket.name.contains(u"webhooks"));
            QVERIFY(!bucket.name.contains(QString::fromLatin1(secret)));
            QVERIFY(!bucket.majorResource.contains(secret));
        }
        for (const QVariant &key : redis.command({"KEYS", "*"}).toList())
            QVERIFY(!key.toByteArray().contains(secret));
    }
};

QTEST_GUILESS_MAIN(RedisSharedStateTest)
#include "tst_redissharedstate.moc"
