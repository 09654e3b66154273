// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/HashIndex.h"

#include <QtTest/QTest>

#include <map>
#include <random>

using namespace Turnstile;

class HashIndexTest : public QObject {
    Q_OBJECT

private:
    static std::optional<quint32> find(const HashIndex &index, size_t hash, quint32 slot)
    {
        return index.find(hash, [slot](quint32 each) { return each == slot; });
    }

private Q_SLOTS:
    void isEmptyAtFirst()
    {
        QVERIFY(!HashIndex().find(0, [](quint32) { return true; }));
    }

    void asksWhoHasTheHash()
    {
        HashIndex index;
        index.insert(7, 1);
        index.insert(7, 2);  // another name with the same hash
        index.insert(15, 3); // wants the same place
        QCOMPARE(find(index, 7, 1), 1u);
        QCOMPARE(find(index, 7, 2), 2u);
        QVERIFY(!find(index, 7, 3));
        index.remove(7, 1);
        QVERIFY(!find(index, 7, 1));
        QCOMPARE(find(index, 7, 2), 2u);
        QCOMPARE(find(index, 15, 3), 3u);
    }

    // Few hashes, so that they crowd, and one at the end, so that they go round.
    void agreesWithAMap()
    {
        std::mt19937 random(1);
        HashIndex index;
        std::map<quint32, size_t> known; // hash by slot
        for (int step = 0; step < 20'000; ++step) {
            const auto slot = quint32(random() % 200);
            const auto it = known.find(slot);
            if (it != known.end()) {
                index.remove(it->second, slot);
                known.erase(it);
            } else {
                const size_t hash = random() % 4 == 0 ? ~size_t(0) : size_t(random() % 20);
                index.insert(hash, slot);
                known.emplace(slot, hash);
            }
            if (step % 100 == 0) {
                for (quint32 each = 0; each < 200; ++each) {
                    const auto at = known.find(each);
                    for (size_t hash : {size_t(3), ~size_t(0)})
                        QCOMPARE(find(index, hash, each).has_value(),
                            at != known.end() && at->second == hash);
                }
            }
        }
    }
};

QTEST_GUILESS_MAIN(HashIndexTest)
#include "tst_hashindex.moc"
