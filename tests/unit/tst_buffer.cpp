// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/Buffer.h"

#include <QtTest/QTest>

using namespace Turnstile;

class BufferTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isEmptyAtFirst()
    {
        const Buffer<int> buffer;
        QVERIFY(buffer.isEmpty());
        QVERIFY(buffer.items().empty());
    }

    void keepsTheOrderWhileItGrows()
    {
        Buffer<int> buffer;
        for (int i = 0; i < 1000; ++i)
            buffer.append() = i;
        QCOMPARE(buffer.items().size(), size_t(1000));
        for (int i = 0; i < 1000; ++i)
            QCOMPARE(buffer.items()[size_t(i)], i);
    }

    void takesTheLastFirst()
    {
        Buffer<int> buffer;
        buffer.append() = 1;
        buffer.append() = 2;
        QCOMPARE(buffer.takeLast(), 2);
        QCOMPARE(buffer.takeLast(), 1);
        QVERIFY(buffer.isEmpty());
    }

    void usesItsMemoryAgain()
    {
        Buffer<int> buffer;
        for (int i = 0; i < 100; ++i)
            buffer.append() = i;
        const int *memory = buffer.items().data();
        buffer.clear();
        QVERIFY(buffer.isEmpty());
        for (int i = 0; i < 100; ++i)
            buffer.append() = i + 1;
        QCOMPARE(buffer.items().data(), memory);
        QCOMPARE(buffer.items().back(), 100);
    }
};

QTEST_GUILESS_MAIN(BufferTest)
#include "tst_buffer.moc"
