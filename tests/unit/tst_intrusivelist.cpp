// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/IntrusiveList.h"

#include <QtTest/QTest>

using namespace Turnstile;

struct Item {
    int value = 0;
    ListHook<Item> hook;
};
using List = IntrusiveList<Item, &Item::hook>;

class IntrusiveListTest : public QObject {
    Q_OBJECT

private:
    static QList<int> values(const List &list)
    {
        QList<int> result;
        for (const Item *item = list.first(); item; item = List::next(item))
            result << item->value;
        return result;
    }

private Q_SLOTS:
    void keepsOrder()
    {
        List list;
        Item a{1, {}}, b{2, {}}, c{3, {}};
        list.append(&b);
        list.append(&c);
        list.insertBefore(&b, &a);
        QCOMPARE(values(list), QList({1, 2, 3}));
        QCOMPARE(list.last(), &c);
    }

    void removes_data()
    {
        QTest::addColumn<int>("index");
        QTest::addColumn<QList<int>>("left");
        QTest::newRow("first") << 0 << QList{2, 3};
        QTest::newRow("middle") << 1 << QList{1, 3};
        QTest::newRow("last") << 2 << QList{1, 2};
    }
    void removes()
    {
        QFETCH(int, index);
        QFETCH(QList<int>, left);
        std::array<Item, 3> items{Item{1, {}}, Item{2, {}}, Item{3, {}}};
        List list;
        for (Item &item : items)
            list.append(&item);
        Item *gone = &items[size_t(index)];
        list.remove(gone);
        QVERIFY(!List::contains(gone));
        QCOMPARE(values(list), left);
        list.remove(gone); // twice does nothing
        list.append(gone);
        QCOMPARE(values(list), left << gone->value);
    }

    void isEmptyAgain()
    {
        List list;
        Item a;
        list.append(&a);
        QVERIFY(!list.isEmpty());
        list.remove(&a);
        QVERIFY(list.isEmpty());
        QCOMPARE(list.last(), nullptr);
    }
};

QTEST_GUILESS_MAIN(IntrusiveListTest)
#include "tst_intrusivelist.moc"
