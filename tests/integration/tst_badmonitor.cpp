// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/InMemoryRatelimiter.h"
#include "ratelimit/monitoring/MonitorClient.h"
#include "ratelimit/monitoring/MonitorPublisher.h"
#include "tests/common/Headers.h"
#include "tests/common/MonitorPeer.h"

#include <QtCore/QPointer>
#include <QtCore/QProcess>
#include <QtCore/QRandomGenerator>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include <csignal>
#include <unistd.h>

namespace {

constexpr int routes = 100;
constexpr int asked = 10; // of each route
constexpr int allowed = 5;
constexpr int rounds = 32;
constexpr qint64 mostUnsent = 64 * 1024;
constexpr qint64 oneUpdate = 512 * 1024; // at the most

qint64 residentBytes()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').value(1).toLongLong() * sysconf(_SC_PAGESIZE);
}

// Asks for more tickets than windows of an hour have room for, so what is granted does not depend
// on time: the first tickets of each route.
class Bot {
public:
    explicit Bot(const QString &path)
    {
        publisher.setMostUnsentBytes(mostUnsent);
        listens = publisher.listen(path);
    }

    void work(int count)
    {
        for (int i = 0; i < count; ++i)
            oneRound();
        std::sort(grants.begin(), grants.end());
    }

    QList<qsizetype> grants; // the numbers of the tickets
    qint64 mostWasUnsent = 0;
    bool listens = false;
    InMemoryRatelimiter limiter{withoutGlobalLimit()};
    MonitorPublisher publisher{&limiter};

private:
    static SchedulerOptions withoutGlobalLimit()
    {
        SchedulerOptions options;
        options.globalLimit = 0;
        return options;
    }

    void oneRound()
    {
        const qsizetype end = grants.size() + routes * allowed;
        std::vector<QPointer<TicketReceiver>> receivers;
        std::vector<int> left(routes, allowed);
        for (int i = 0; i < routes * asked; ++i) {
            const auto route = size_t(i % routes);
            const qsizetype number = m_tickets++;
            TicketReceiver *ticket = limiter.ticket({Method::Get,
                QStringLiteral("/channels/%1/messages").arg(m_round * routes + int(route) + 1)});
            QObject::connect(ticket, &TicketReceiver::available, &limiter,
                [this, &left, route, number](const TicketSender &sender) {
                    grants.append(number);
                    sender.headers(answer(allowed, --left[route], 1h).headers);
                });
            receivers.emplace_back(ticket);
        }
        const auto turn = [this](const auto &isOver) {
            while (!isOver()) {
                QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 100);
                mostWasUnsent = std::max(mostWasUnsent, publisher.unsentBytes());
            }
        };
        turn([&] { return grants.size() == end; });
        for (const auto &receiver : receivers)
            delete receiver;                               // gives up those that wait
        const auto isHandled = limiter.isGloballyLocked(); // questions are answered in turn
        turn([&] { return isHandled.isFinished(); });
        ++m_round;
    }

    int m_round = 0;
    qsizetype m_tickets = 0;
};

// This program again, as a monitor: it ends well when it has seen news dropped, and a snapshot
// after that.
int beMonitor(const QString &path)
{
    MonitorClient client;
    bool hasLost = false;
    QObject::connect(&client, &MonitorClient::updated, &client, [&](const MonitorUpdate &update) {
        hasLost |= update.dropped > 0;
        if (hasLost && update.snapshotEnds)
            QCoreApplication::exit(0);
    });
    client.open(MonitorAddress::parse(path));
    QTimer::singleShot(30s, &client, [] { QCoreApplication::exit(1); });
    return QCoreApplication::exec();
}

} // namespace

/// Whatever a monitor does, the bot's tickets are granted as without it, and its memory is bounded.
class TestBadMonitor : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void stopsReading();
    void isKilled();
    void talksNonsense();
    void cleanup();

private:
    void attach();
    void verifyUnharmed();

    std::optional<QTemporaryDir> m_dir;
    std::unique_ptr<Bot> m_bot;
    QProcess m_monitor;
    QList<qsizetype> m_grants; // without a monitor
    qint64 m_growth = 0;       // the same
    qint64 m_before = 0;
};

void TestBadMonitor::initTestCase()
{
    m_dir.emplace();
    for (int i = 0; i < 2; ++i) { // the first one makes the allocator warm
        Bot bot(m_dir->filePath(QStringLiteral("nobody.sock")));
        QVERIFY(bot.listens);
        m_before = residentBytes();
        bot.work(rounds);
        m_growth = residentBytes() - m_before;
        m_grants = bot.grants;
    }
    QCOMPARE(m_grants.size(), rounds * routes * allowed);
}

void TestBadMonitor::init()
{
    m_bot = std::make_unique<Bot>(m_dir->filePath(QStringLiteral("bot.sock")));
    QVERIFY(m_bot->listens);
    m_before = residentBytes();
}

void TestBadMonitor::attach()
{
    m_monitor.setProcessChannelMode(QProcess::ForwardedChannels);
    m_monitor.start(QCoreApplication::applicationFilePath(),
        {QStringLiteral("--monitor"), m_bot->publisher.path()});
    QTRY_COMPARE_WITH_TIMEOUT(m_bot->publisher.monitorCount(), 1, 20'000);
}

void TestBadMonitor::verifyUnharmed()
{
    const qint64 growth = residentBytes() - m_before;
    qInfo("%lld grants, %lld without; %lld KiB more memory, %lld without; at most %lld KiB unsent",
        qlonglong(m_bot->grants.size()), qlonglong(m_grants.size()), growth / 1024, m_growth / 1024,
        m_bot->mostWasUnsent / 1024);
    QCOMPARE(m_bot->grants.size(), m_grants.size());
    QCOMPARE(m_bot->grants, m_grants);
    QVERIFY(m_bot->mostWasUnsent < mostUnsent + oneUpdate);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // they keep what is freed
    QVERIFY(growth < std::max<qint64>(m_growth, 0) + 8 * 1024 * 1024);
#endif
}

void TestBadMonitor::stopsReading()
{
    attach();
    ::kill(pid_t(m_monitor.processId()), SIGSTOP);
    for (int i = 0; i < rounds; ++i) {
        m_bot->work(1);
        QTest::qWait(10); // for more updates
    }
    ::kill(pid_t(m_monitor.processId()), SIGCONT);
    QVERIFY(m_bot->mostWasUnsent > mostUnsent); // it did matter
    verifyUnharmed();
    // It has not been thrown out, and learns what it has missed.
    QTRY_COMPARE_WITH_TIMEOUT(m_monitor.state(), QProcess::NotRunning, 20'000);
    QCOMPARE(m_monitor.exitCode(), 0);
}

void TestBadMonitor::isKilled()
{
    attach();
    m_bot->work(rounds / 4);
    ::kill(pid_t(m_monitor.processId()), SIGSTOP);
    m_bot->work(rounds / 4);
    m_monitor.kill();
    m_bot->work(rounds / 2);
    verifyUnharmed();
    QTRY_COMPARE(m_bot->publisher.monitorCount(), 0);
    QCOMPARE(m_bot->publisher.unsentBytes(), 0);
}

void TestBadMonitor::talksNonsense()
{
    QRandomGenerator random(1);
    for (int i = 0; i < rounds; ++i) {
        MonitorPeer peer(m_bot->publisher.path());
        if (i % 2 == 0)
            peer.subscribe();
        QByteArray nonsense(1 << random.bounded(16), Qt::Uninitialized);
        for (char &byte : nonsense)
            byte = char(random.bounded(256));
        peer.sendRaw(nonsense);
        m_bot->work(1);
    }
    verifyUnharmed();
    QTRY_COMPARE(m_bot->publisher.monitorCount(), 0);
}

void TestBadMonitor::cleanup()
{
    m_monitor.kill();
    m_monitor.waitForFinished();
    m_bot.reset();
}

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.value(1) == QLatin1String("--monitor"))
        return beMonitor(arguments.value(2));
    TestBadMonitor test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_badmonitor.moc"
