// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/FoldingSlab.h"

#include <QtTest/QTest>

#include <algorithm>

using namespace Turnstile;

struct Node : Foldable {
    Node(Id<struct NodeTag> nodeId, int nodeValue)
        : id(nodeId)
        , value(nodeValue)
    {
        ++alive;
    }
    Q_DISABLE_COPY_MOVE(Node)
    ~Node() { --alive; }
    static inline int alive = 0;

    Id<struct NodeTag> id;
    int value;
};

struct Folded : Foldable {
    explicit Folded(Id<struct NodeTag> nodeId)
        : Foldable{true}
        , id(nodeId)
    {
    }
    Id<struct NodeTag> id;
};

class FoldingSlabTest : public QObject {
    Q_OBJECT

    using Nodes = FoldingSlab<Node, Folded, &Folded::id>;

private Q_SLOTS:
    void findsById()
    {
        Nodes nodes;
        const Node *a = nodes.create(1);
        const Node *b = nodes.create(2);
        QCOMPARE(nodes.find(a->id), a);
        QCOMPARE(nodes.find(b->id)->value, 2);
        QCOMPARE(nodes.at(b->id.slot()), b);
        QVERIFY(a->id < b->id);
        QCOMPARE(nodes.size(), 2);
        QVERIFY(!nodes.findFolded(a->id) && !nodes.foldedAt(a->id.slot()));
    }

    void recognisesStaleIds()
    {
        Nodes nodes;
        Node *first = nodes.create(1);
        const auto stale = first->id;
        nodes.destroy(first);
        QCOMPARE(nodes.find(stale), nullptr);
        const Node *second = nodes.create(2);
        QCOMPARE(second->id.slot(), stale.slot()); // the slot is used again, the id is not
        QVERIFY(second->id != stale);
        QCOMPARE(nodes.find(stale), nullptr);
        QCOMPARE(nodes.findFolded(stale), nullptr);
        QCOMPARE(nodes.find({}), nullptr);
        QCOMPARE(nodes.find({quint64(99) << 24 | 5000}), nullptr);
        QCOMPARE(nodes.findFolded({quint64(99) << 24 | 5000}), nullptr);
    }

    void keepsTheIdOfWhatIsFolded()
    {
        Nodes nodes;
        Node *node = nodes.create(1);
        const auto id = node->id;
        Folded folded(id);
        nodes.fold(node, &folded);
        QCOMPARE(Node::alive, 0);
        QCOMPARE(nodes.find(id), nullptr);
        QCOMPARE(nodes.findFolded(id), &folded);
        QCOMPARE(nodes.size(), 1);
        QVERIFY(nodes.create(2)->id.slot() != id.slot());

        QCOMPARE(nodes.unfold(&folded, 3)->id, id);
        QCOMPARE(nodes.find(id)->value, 3);
        QCOMPARE(nodes.findFolded(id), nullptr);
        QCOMPARE(nodes.size(), 2);
    }

    void forgetsWhatIsFolded()
    {
        Nodes nodes;
        Node *node = nodes.create(1);
        Folded folded(node->id);
        nodes.fold(node, &folded);
        nodes.forget(&folded);
        QCOMPARE(nodes.findFolded(folded.id), nullptr);
        QCOMPARE(nodes.size(), 0);
        QCOMPARE(nodes.create(2)->id.slot(), folded.id.slot());
    }

    void destroysWhatIsLeft()
    {
        {
            Nodes nodes;
            for (int i = 0; i < 1000; ++i)
                nodes.create(i);
            QCOMPARE(Node::alive, 1000);
        }
        QCOMPARE(Node::alive, 0);
    }

    void visitsInPages()
    {
        Nodes nodes;
        std::vector<Node *> all;
        for (int i = 0; i < 100; ++i)
            all.push_back(nodes.create(i));
        Folded folded(all[95]->id);
        nodes.fold(all[95], &folded);
        for (int i = 10; i < 90; ++i) // a hole that is longer than a page looks
            nodes.destroy(all[size_t(i)]);
        std::vector<quint32> seen;
        std::optional<quint32> from = 0;
        int pages = 0;
        for (; from; ++pages) {
            const size_t before = seen.size();
            from = nodes.forSome(*from, 4, [&](quint32 slot) { seen.push_back(slot); });
            QVERIFY(seen.size() - before <= 4);
        }
        QCOMPARE(seen.size(), size_t(20)); // folded ones too
        QCOMPARE(seen[10], 90u);
        QVERIFY(std::is_sorted(seen.begin(), seen.end()));
        QVERIFY(pages >= 6);
        QVERIFY(!nodes.forSome(100, 4, [](quint32) {}));

        int sum = 0;
        nodes.forEach([&sum](const Node &node) { sum += node.value; });
        QCOMPARE(sum, 9 * 10 / 2 + (90 + 99) * 10 / 2 - 95);
    }
};

QTEST_GUILESS_MAIN(FoldingSlabTest)
#include "tst_foldingslab.moc"
