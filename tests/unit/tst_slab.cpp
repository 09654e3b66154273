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
};

QTEST_GUILESS_MAIN(SlabTest)
#include "tst_slab.moc"
