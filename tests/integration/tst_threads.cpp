// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/InMemoryRatelimiter.h"
#include "tests/common/Headers.h"

#include <QtCore/QPointer>
#include <QtCore/QRegularExpression>
#include <QtCore/QThread>
#include <QtTest/QTest>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <random>

using namespace std::chrono_literals;

/// What all consumers saw together.
struct Tally {
    std::atomic<int> asked = 0;
    std::atomic<int> grants = 0;
    std::atomic<int> dropped = 0; ///< grants that got no word
    std::atomic<int> words = 0;   ///< that counted
    std::atomic<int> retries = 0; ///< of these
    std::atomic<int> late = 0;    ///< words that did not count
    std::atomic<int> failed = 0;
    std::atomic<int> deleted = 0; ///< receivers, while their tickets waited
    std::atomic<int> handed = 0;  ///< senders on their way to another thread

    int ended() const { return grants - retries + failed + deleted; }
};

/// A consumer with a thread of its own, which asks for tickets as long as it is let, and does with
/// them all that can be done.
class Consumer : public QObject {
public:
    Consumer(InMemoryRatelimiter *limiter, Tally &tally, unsigned seed)
        : m_limiter(limiter)
        , m_tally(tally)
        , m_random(seed)
    {
        moveToThread(&m_thread);
        m_thread.start();
    }
    ~Consumer() override
    {
        m_thread.quit();
        m_thread.wait();
    }
    Q_DISABLE_COPY_MOVE(Consumer)

    void ask(int tickets, QObject *neighbour)
    {
        m_left = tickets;
        m_neighbour = neighbour;
        QMetaObject::invokeMethod(
            this, [this] { askSome(); }, Qt::QueuedConnection);
    }

    /// It asks no more when this returns; what it asked for goes on.
    void stopAsking()
    {
        const std::lock_guard lock(m_mutex);
        m_limiter = nullptr;
    }

private:
    bool happens(unsigned inThousand) { return m_random() % 1000 < inThousand; }

    Endpoint anyEndpoint()
    {
        const auto method = happens(500) ? Method::Get : Method::Post;
        return {method, QStringLiteral("/channels/%1/messages").arg(1 + m_random() % 16)};
    }

    void askSome()
    {
        const std::lock_guard lock(m_mutex);
        for (auto burst = m_random() % 100; m_limiter && m_left > 0 && burst > 0; --burst, --m_left)
            askOne();
        if (m_limiter && m_left > 0)
            QMetaObject::invokeMethod(
                this, [this] { askSome(); }, Qt::QueuedConnection);
    }

    void askOne()
    {
        TicketReceiver *receiver = m_limiter->ticket(anyEndpoint());
        ++m_tally.asked;
        connect(receiver, &TicketReceiver::available, this,
            [this](const TicketSender &sender) { use(sender); });
        connect(receiver, &TicketReceiver::failed, this, [this] { ++m_tally.failed; });
        if (happens(20)) {
            delete receiver;
            ++m_tally.deleted;
        } else if (happens(20)) {
            const auto giveUp = [ticket = QPointer(receiver)] {
                if (ticket)
                    ticket->cancel();
            };
            QMetaObject::invokeMethod(this, giveUp, Qt::QueuedConnection);
        }
        if (happens(5)) { // nobody waits for the answers
            m_limiter->bucket(anyEndpoint());
            m_limiter->setFlow(Flow::Open);
        }
    }

    void use(const TicketSender &sender)
    {
        ++m_tally.grants;
        if (happens(20)) {
            ++m_tally.dropped;
            return;
        }
        if (happens(100)) { // two threads at once
            ++m_tally.handed;
            const auto word = [this, sender] {
                count(sender.lost());
                --m_tally.handed;
            };
            QMetaObject::invokeMethod(m_neighbour, word, Qt::QueuedConnection);
        }
        sender.sent();
        if (happens(2)) {
            Response limited = tooMany(1ms, Scope::Shared);
            limited.headers->resetAfter = 1ms;
            const bool isFirst = sender.retry(limited);
            m_tally.retries += isFirst;
            count(isFirst);
        } else {
            count(sender.headers(answer(1'000'000, 900'000, 60s).headers));
        }
        count(sender.headers({}));
    }

    void count(bool isFirst) { ++(isFirst ? m_tally.words : m_tally.late); }

    std::mutex m_mutex; // what the limiter needs is that it outlives all calls
    InMemoryRatelimiter *m_limiter;
    Tally &m_tally;
    std::minstd_rand m_random;
    int m_left = 0;
    QObject *m_neighbour = nullptr;
    QThread m_thread;
};

/// One limiter in a thread of its own, and what it said of each ticket.
class Shared {
public:
    Shared()
        : m_limiter(new InMemoryRatelimiter({.globalLimit = 0}))
    {
        QObject::connect(m_limiter, &Ratelimiter::ticketChanged, m_limiter,
            [this](const TicketInfo &ticket) { note(ticket); });
        m_limiter->moveToThread(&m_thread);
        m_thread.start();
    }
    ~Shared()
    {
        end();
        m_thread.quit();
        m_thread.wait();
    }
    Q_DISABLE_COPY_MOVE(Shared)

    InMemoryRatelimiter *limiter() const { return m_limiter; }

    /// Destroys the limiter, in its thread.
    void end()
    {
        const auto destroy = [this] { delete std::exchange(m_limiter, nullptr); };
        if (m_limiter)
            QMetaObject::invokeMethod(m_limiter, destroy, Qt::BlockingQueuedConnection);
    }

    int ended() const { return completed + dropped + cancelled; }

    std::atomic<int> begun = 0;
    std::atomic<int> completed = 0; ///< or lost
    std::atomic<int> dropped = 0;
    std::atomic<int> cancelled = 0;
    std::atomic<int> wrong = 0; ///< states after the last one, or such as nobody has asked for

private:
    void note(const TicketInfo &ticket)
    {
        const auto number = size_t(ticket.id.number());
        if (number >= m_states.size()) {
            m_states.resize(number + 1, State::Unknown);
            ++begun;
        }
        if (m_states[number] == State::Ended)
            ++wrong;
        m_states[number] = isFinal(ticket.state) ? State::Ended : State::Known;
        switch (ticket.state) {
        case TicketState::Completed:
        case TicketState::Lost:
            ++completed;
            break;
        case TicketState::Dropped:
            ++dropped;
            break;
        case TicketState::Cancelled:
            ++cancelled;
            break;
        default:
            wrong += isFinal(ticket.state);
        }
    }

    enum class State : quint8 { Unknown, Known, Ended };
    std::vector<State> m_states; // by the ticket's number
    InMemoryRatelimiter *m_limiter;
    QThread m_thread;
};

/// Eight consumers of one limiter.
struct Crowd {
    Crowd(InMemoryRatelimiter *limiter, int tickets)
    {
        for (unsigned seed = 1; auto &consumer : consumers)
            consumer = std::make_unique<Consumer>(limiter, tally, seed++);
        for (size_t i = 0; i < consumers.size(); ++i)
            consumers[i]->ask(tickets, consumers[(i + 1) % consumers.size()].get());
    }
    void stopAsking()
    {
        for (const auto &consumer : consumers)
            consumer->stopAsking();
    }
    bool isDone() const { return tally.ended() == tally.asked && tally.handed == 0; }

    Tally tally;
    std::array<std::unique_ptr<Consumer>, 8> consumers;
};

/// One limiter that eight threads share. TURNSTILE_THREADS_TICKETS: how many tickets they ask for.
class tst_Threads : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void everyTicketEndsOnce();
    void theLimiterGoesWhileThreadsAsk();
};

void tst_Threads::everyTicketEndsOnce()
{
    const int wanted = qEnvironmentVariableIntValue("TURNSTILE_THREADS_TICKETS");
    const int tickets = wanted > 0 ? wanted : 100'000;
    Shared shared;
    Crowd crowd(shared.limiter(), tickets / 8);
    const Tally &tally = crowd.tally;
    QTRY_VERIFY_WITH_TIMEOUT(tally.asked == tickets / 8 * 8 && crowd.isDone(), 100'000);
    const auto last = shared.limiter()->has({}); // behind all that was said before
    QTRY_VERIFY(last.isFinished());
    QTRY_COMPARE(shared.ended(), shared.begun.load());

    QCOMPARE(tally.words + tally.dropped, tally.grants.load());
    QCOMPARE(shared.completed.load(), tally.words - tally.retries);
    QCOMPARE(shared.wrong.load(), 0);
    QVERIFY(tally.words > tickets * 9 / 10 && tally.retries > 0 && tally.late > 0);
    QVERIFY(tally.dropped > 0 && tally.failed > 0 && tally.deleted > 0);
    qInfo("%d tickets: %d words that counted, %d of them retries; %d words too late; %d dropped, "
          "%d given up, %d receivers deleted",
        tally.asked.load(), tally.words.load(), tally.retries.load(), tally.late.load(),
        tally.dropped.load(), tally.failed.load(), tally.deleted.load());
}

void tst_Threads::theLimiterGoesWhileThreadsAsk()
{
    for (int round = 0; round < 3; ++round) {
        Shared shared;
        Crowd crowd(shared.limiter(), 1'000'000);
        QTRY_VERIFY(crowd.tally.asked > 2000 * round && crowd.tally.words > 0);
        crowd.stopAsking();
        shared.end();
        QTRY_VERIFY(crowd.isDone());
        QCOMPARE(shared.wrong.load(), 0);
        QVERIFY(shared.completed <= crowd.tally.words);
    }
}

QTEST_GUILESS_MAIN(tst_Threads)
#include "tst_threads.moc"
