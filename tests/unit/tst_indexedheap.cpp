// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/IndexedHeap.h"

#include <QtCore/QRandomGenerator>
#include <QtTest/QTest>

#include <algorithm>

using namespace Turnstile;

struct Item {
    int key = 0;
    int position = -1;
};
struct ByKey {
    static int of(const Item *item) { return item->key; }
};
using Heap = IndexedHeap<Item, &Item::position, ByKey>;

class IndexedHeapTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void givesSmallestFirst()
    {
        std::vector<Item> items;
        for (int key : {5, 3, 8, 1, 9, 2})
            items.push_back({key});
        Heap heap;
        for (Item &item : items)
            heap.update(&item);
        QList<int> order;
        while (Item *top = heap.top()) {
            order << top->key;
            heap.remove(top);
            QVERIFY(!Heap::contains(top));
        }
        QCOMPARE(order, QList({1, 2, 3, 5, 8, 9}));
        QVERIFY(heap.isEmpty());
    }

    // Against a plain search for the smallest, over random insertions, changes and removals.
    void agreesWithSearch()
    {
        QRandomGenerator random(7);
        std::vector<Item> items(60);
        Heap heap;
        for (int step = 0; step < 20'000; ++step) {
            Item *item = &items[random.bounded(quint32(items.size()))];
            if (random.bounded(3) == 0) {
                heap.remove(item);
            } else {
                item->key = random.bounded(1000);
                heap.update(item);
            }
            const Item *smallest = nullptr;
            for (const Item &other : items) {
                if (Heap::contains(&other) && (!smallest || other.key < smallest->key))
                    smallest = &other;
            }
            QCOMPARE(heap.top() != nullptr, smallest != nullptr);
            if (smallest)
                QCOMPARE(heap.top()->key, smallest->key);
        }
    }
};

QTEST_GUILESS_MAIN(IndexedHeapTest)
#include "tst_indexedheap.moc"
