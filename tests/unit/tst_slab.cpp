// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/Slab.h"

#include <QtTest/QTest>

using namespace Turnstile;

struct Node {
    Node(Id<struct NodeTag> nodeId, int nodeValue)
        : id(nodeId)
        , value(nodeValue)
    {
    }
    Id<struct NodeTag> id;
    int value;
};

class SlabTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsById()
    {
        Slab<Node, struct NodeTag> slab;
        const Node *a = slab.create(1);
        const Node *b = slab.create(2);
        QCOMPARE(slab.find(a->id), a);
        QCOMPARE(slab.find(b->id)->value, 2);
        QCOMPARE(a->id.number(), 1u);
        QVERIFY(a->id < b->id);
        QCOMPARE(slab.size(), 2);
    }

    void recognisesStaleIds()
    {
        Slab<Node, struct NodeTag> slab;
        Node *first = slab.create(1);
        const auto stale = first->id;
        slab.destroy(first);
        QCOMPARE(slab.find(stale), nullptr);
        const Node *second = slab.create(2);
        QCOMPARE(second->id.slot(), stale.slot()); // the slot is used again, the id is not
        QVERIFY(second->id != stale);
        QCOMPARE(slab.find(stale), nullptr);
        QCOMPARE(slab.find({}), nullptr);
        QCOMPARE(slab.find({quint64(99) << 24 | 5000}), nullptr);
    }

    void visitsWhatIsThere()
    {
        Slab<Node, struct NodeTag> slab;
        slab.create(1);
        Node *gone = slab.create(2);
        slab.create(4);
        slab.destroy(gone);
        int sum = 0;
        slab.forEach([&sum](const Node &node) { sum += node.value; });
        QCOMPARE(sum, 5);
    }

    void visitsInPages()
    {
        Slab<Node, struct NodeTag> slab;
        std::vector<Node *> nodes;
        for (int i = 0; i < 100; ++i)
            nodes.push_back(slab.create(i));
        for (int i = 10; i < 90; ++i) // a hole that is longer than a page looks
            slab.destroy(nodes[size_t(i)]);
        std::vector<int> seen;
        std::optional<quint32> from = 0;
        int pages = 0;
        for (; from; ++pages) {
            const size_t before = seen.size();
            from = slab.forSome(*from, 4, [&](const Node &node) { seen.push_back(node.value); });
            QVERIFY(seen.size() - before <= 4);
        }
        QCOMPARE(seen.size(), size_t(20));
        QCOMPARE(seen[10], 90);
        QVERIFY(std::is_sorted(seen.begin(), seen.end()));
        QVERIFY(pages >= 6);
        QVERIFY(!slab.forSome(100, 4, [](const Node &) {}));
    }
};

QTEST_GUILESS_MAIN(SlabTest)
#include "tst_slab.moc"
