// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/Inbox.h"

#include <QtCore/QCoreApplication>
#include <QtTest/QTest>

#include <thread>

using namespace Turnstile;

class Owner : public QObject {
public:
    int events = 0;

    bool event(QEvent *event) override
    {
        events += event->type() == Inbox::eventType();
        return QObject::event(event);
    }
};

class InboxTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void postsOneEventPerBurst()
    {
        Owner owner;
        Inbox inbox(&owner);
        QList<int> got;
        for (int i = 0; i < 100; ++i)
            inbox.post([&got, i] { got << i; });
        QCoreApplication::sendPostedEvents(&owner);
        QCOMPARE(owner.events, 1);
        auto messages = inbox.takeAll();
        QCOMPARE(messages.size(), 100u);
        for (auto &message : messages)
            message();
        QCOMPARE(got.first(), 0);
        QCOMPARE(got.last(), 99);
        inbox.eventCame();
        inbox.post([] {}); // and one more for the next burst
        QCoreApplication::sendPostedEvents(&owner);
        QCOMPARE(owner.events, 2);
    }

    void sendsNoEventWhileOneIsOnItsWay()
    {
        Owner owner;
        Inbox inbox(&owner);
        inbox.wake();
        inbox.post([] {});
        QCOMPARE(inbox.takeAll().size(), 1u);
        inbox.post([] {});
        inbox.wake();
        QCoreApplication::sendPostedEvents(&owner);
        QCOMPARE(owner.events, 1);
        inbox.eventCame();
        inbox.wake();
        QCoreApplication::sendPostedEvents(&owner);
        QCOMPARE(owner.events, 2);
        inbox.eventCame();
        inbox.close();
        inbox.wake();
        QCoreApplication::sendPostedEvents(&owner);
        QCOMPARE(owner.events, 2);
    }

    void dropsWhatComesAfterTheEnd()
    {
        Owner owner;
        Inbox inbox(&owner);
        auto held = std::make_shared<int>(1);
        inbox.post([held] {});
        QCOMPARE(held.use_count(), 2);
        inbox.close();
        QCOMPARE(held.use_count(), 1);
        inbox.post([held] {});
        QCOMPARE(held.use_count(), 1);
        QVERIFY(inbox.takeAll().empty());
    }

    void holdsWhatCanOnlyBeMovedAndLetsGoOfItOnce()
    {
        Owner owner;
        Inbox inbox(&owner);
        auto held = std::make_shared<int>(1);
        int got = 0;
        auto moved = std::make_unique<int>(7);
        inbox.post([moved = std::move(moved), held, &got] { got = *moved; });
        inbox.post([held] {});
        auto messages = inbox.takeAll();
        QCOMPARE(held.use_count(), 3);
        {
            Inbox::Message message = std::move(messages.front());
            message();
        }
        QCOMPARE(got, 7);
        QCOMPARE(held.use_count(), 2);
        messages = inbox.takeAll(std::move(messages));
        QCOMPARE(held.use_count(), 1);
        QVERIFY(messages.empty());
    }

    void takesFromAnyThread()
    {
        Owner owner;
        Inbox inbox(&owner);
        std::atomic<int> sum = 0;
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 1000; ++i)
                    inbox.post([&sum] { ++sum; });
            });
        }
        for (auto &thread : threads)
            thread.join();
        for (auto &message : inbox.takeAll())
            message();
        QCOMPARE(sum.load(), 4000);
    }
};

QTEST_GUILESS_MAIN(InboxTest)
#include "tst_inbox.moc"
