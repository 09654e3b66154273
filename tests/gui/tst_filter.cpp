// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/Filter.h"

#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// The language in which people say which buckets they want to see.
class TestFilter : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void matches_data();
    void matches();
    void saysWhatIsWrong_data();
    void saysWhatIsWrong();
    void readsAnything();
    void knowsEveryStateByName();
    void knowsWhatTimeChanges();
    void seesWindowsEnd();
    void completes_data();
    void completes();
    void describesItsKeys();

private:
    std::vector<BucketRow> rows() const
    {
        std::vector<BucketRow> made;
        for (Bucket bucket : Fake::sampleBuckets(now)) {
            if (bucket.name.contains(QStringLiteral("/41771983423143937")))
                bucket.majorResource = "channels/41771983423143937";
            made.emplace_back(bucket, now);
        }
        made[0].waitP95 = 480ms;
        made[7].waitP95 = 1500ms;
        for (int i = 0; i < 30; ++i)
            made[3].grants.add(now - 2s);
        return made;
    }
    static QString text(const char *text) { return QString::fromUtf8(text); }
    const TimePoint now{1000s};
};

void TestFilter::matches_data()
{
    QTest::addColumn<QString>("filter");
    QTest::addColumn<QList<int>>("expected"); // the sample's rows
    const auto row = [](const char *filter, const QList<int> &expected) {
        QTest::newRow(filter) << text(filter) << expected;
    };
    row("", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    row("  ", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    row("GUILDS", {3, 7, 8, 10});
    row("guilds members", {3, 8});
    row("41771983423143937/messages", {0, 5});
    row("\"PATCH /channels\"", {1});
    row("a1F3c", {0});
    row("interactions/…/••••", {6});
    row("-/", {});
    row("method:post", {0, 4, 6, 10});
    row("method:POST -channels", {4, 6});
    row("-method:POST -method:get -method:PATCH", {2, 5});
    row("state:exhausted", {0, 7});
    row("state:sublimit", {1});
    row("STATE:\"Global lock\"", {11});
    row("queued:>4", {0, 11});
    row("queued:>=4", {0, 5, 11});
    row("queued:=4", {5});
    row("queued:4", {5});
    row("queued:<1 state:idle", {8});
    row("inflight:>2", {6, 9});
    row("remaining:0", {0, 1, 7});
    row("limit:<=1", {2, 7});
    row("-limit:>0", {6, 10});
    row("429:>0", {1});
    row("wait:>500ms", {7});
    row("wait:<=0.48s", {0});
    row("wait:>0.02min", {7});
    row("wait:\"> 1 s\"", {7});
    row("reset:<1s", {5, 7});
    row("reset:>0 limit:50", {9});
    row("reset:>5min", {1});
    row("rate:>5.5", {3});
    row("bucket:A1F", {0});
    row("bucket:1f3", {});
    row("major:41771983423143937", {0, 1, 5});
    row("major:channels/4177 method:PATCH", {1});
}

void TestFilter::matches()
{
    QFETCH(QString, filter);
    const Filter parsed = Filter::parse(filter);
    QVERIFY2(parsed.isValid(), qPrintable(parsed.problem()));
    QCOMPARE(parsed.isEmpty(), filter.trimmed().isEmpty());
    QList<int> found;
    const std::vector<BucketRow> all = rows();
    for (size_t row = 0; row < all.size(); ++row) {
        if (parsed.matches(all[row], now))
            found += int(row);
    }
    QTEST(found, "expected");
}

void TestFilter::saysWhatIsWrong_data()
{
    QTest::addColumn<QString>("filter");
    QTest::addColumn<QString>("problem");
    QTest::addColumn<int>("start");
    QTest::addColumn<int>("length");
    const auto row = [](const char *filter, const char *problem, int start, int length) {
        QTest::newRow(filter) << text(filter) << text(problem) << start << length;
    };
    row("state:exhaustd",
        "\"state:exhaustd\": there is no state \"exhaustd\". States are paused, global, away, "
        "route, "
        "exhausted, elsewhere, others, probing, open, exempt, idle.",
        0, 14);
    row("channels method:PSOT",
        "\"method:PSOT\": there is no method \"PSOT\". Methods are GET, HEAD, POST, PUT, PATCH, "
        "DELETE.",
        9, 11);
    row("-qeued:>1",
        "\"-qeued:>1\": there is no key \"qeued\". Did you mean queued:>10? A route with a colon "
        "needs quotes.",
        0, 9);
    row("rem:0",
        "\"rem:0\": there is no key \"rem\". Did you mean remaining:0? A route with a colon needs "
        "quotes.",
        0, 5);
    row(":open",
        "\":open\": there is no key \"\". Keys are method, state, queued, inflight, remaining, "
        "limit, 429, wait, reset, rate, bucket, major. A route with a colon needs quotes.",
        0, 5);
    row("a queued: b",
        "\"queued:\": nothing stands behind the colon. Write for example queued:>10.", 2, 7);
    row("bucket:\"\"",
        "\"bucket:\"\"\": nothing stands behind the colon. Write for example bucket:a1f3.", 0, 9);
    row("-", "\"-\": nothing stands behind the minus. Write for example -state:idle.", 0, 1);
    row("\"\"", "\"\"\"\": nothing stands between the quotes.", 0, 2);
    row("\"channels/1 mess",
        "\"\"channels/1 mess\": a quote is not closed. Add another \" where it ends.", 0, 16);
    row("queued:>many", "\"queued:>many\": \"many\" is no number. Write for example queued:>10.", 0,
        12);
    row("queued:-1", "\"queued:-1\": \"-1\" is no number. Write for example queued:>10.", 0, 9);
    row("queued:1e3", "\"queued:1e3\": \"1e3\" is no number. Write for example queued:>10.", 0, 10);
    row("queued:1.5", "\"queued:1.5\": \"1.5\" is no whole number. Write for example queued:>10.",
        0, 10);
    row("queued:9999999999999",
        "\"queued:9999999999999\": \"9999999999999\" is no number. Write for example queued:>10.",
        0, 20);
    row("wait:>500", "\"wait:>500\": a time needs a unit: 500ms, 500s or 500min.", 0, 9);
    row("wait:>1..5s", "\"wait:>1..5s\": \"1..5s\" is no number. Write for example wait:>500ms.", 0,
        11);
}

void TestFilter::saysWhatIsWrong()
{
    QFETCH(QString, filter);
    const Filter parsed = Filter::parse(filter);
    QVERIFY(!parsed.isValid());
    QTEST(parsed.problem(), "problem");
    QFETCH(int, start);
    QFETCH(int, length);
    QCOMPARE(parsed.problemAt(), (Filter::Range{start, length}));
}

void TestFilter::readsAnything()
{
    QVERIFY(Filter::parse(QString(Filter::mostCharacters, u'a')).isValid());
    const Filter longer = Filter::parse(QString(Filter::mostCharacters + 1, u'a'));
    QCOMPARE(longer.problem(), QStringLiteral("The filter is longer than 1000 characters."));
    const Filter word = Filter::parse(QString(900, u'a') + u':');
    QVERIFY2(word.problem().size() < 1200, qPrintable(word.problem()));

    const QString letters = QStringLiteral("ab:-\"><=. 15msqueuedstatewaitreset…\t");
    QRandomGenerator random(7);
    const std::vector<BucketRow> all = rows();
    for (int i = 0; i < 3000; ++i) {
        QString filter;
        for (int length = random.bounded(12); length > 0; --length)
            filter += letters[random.bounded(int(letters.size()))];
        const Filter parsed = Filter::parse(filter);
        QCOMPARE(parsed.isValid(), parsed.problem().isEmpty());
        const Filter::Range at = parsed.problemAt();
        QVERIFY(at.start >= 0 && at.start + at.length <= filter.size());
        parsed.matches(all[size_t(i) % all.size()], now);
        const auto completion = Filter::complete(filter, random.bounded(int(filter.size()) + 1));
        QVERIFY(completion.range.start + completion.range.length <= filter.size());
    }
}

void TestFilter::knowsEveryStateByName()
{
    for (int state = 0; state <= int(RowState::Idle); ++state) {
        const FilterState *known = filterState(stateName(RowState(state)));
        QVERIFY2(known, qPrintable(stateName(RowState(state))));
        QCOMPARE(known->state, RowState(state));
    }
}

void TestFilter::knowsWhatTimeChanges()
{
    for (const char *filter : {"state:open", "a -reset:<1s", "remaining:0", "rate:>1"})
        QVERIFY2(Filter::parse(text(filter)).dependsOnTime(), filter);
    for (const char *filter : {"", "a method:GET", "queued:>1 429:>0 wait:>1s limit:1"})
        QVERIFY2(!Filter::parse(text(filter)).dependsOnTime(), filter);
}

void TestFilter::seesWindowsEnd()
{
    const std::vector<BucketRow> all = rows();
    const BucketRow &last = all[9]; // resets in 4.6 s
    const Filter filter = Filter::parse(QStringLiteral("reset:<2s"));
    QVERIFY(!filter.matches(last, now));
    QVERIFY(filter.matches(last, now + 3s));
    QVERIFY(!filter.matches(last, now + 5s)); // no window is open
}

void TestFilter::completes_data()
{
    QTest::addColumn<QString>("filter");    // with | for the cursor
    QTest::addColumn<QString>("completed"); // with each candidate
    const auto row = [](const char *filter, const char *completed) {
        QTest::newRow(filter) << text(filter) << text(completed);
    };
    row("re|", "remaining:,reset:");
    row("-re|", "-remaining:,-reset:");
    row("a st|x:open", "a state:open"); // the key as a whole
    row("state:e|", "state:exhausted,state:elsewhere,state:exempt");
    row("state:SUB|", "state:sublimit");
    row("state:glob|", "state:global");
    row("state:open|", "");
    row("method:P| x", "method:POST x,method:PUT x,method:PATCH x");
    row("queued:|", "queued:>10");
    row("queued:>1|", "");
    row("wait:>500|", "wait:>500ms,wait:>500s,wait:>500min");
    row("wait:>500m|", "wait:>500ms,wait:>500min");
    row("channels|", "");
    row("foo:b|", "");
}

void TestFilter::completes()
{
    QFETCH(QString, filter);
    const qsizetype cursor = filter.indexOf(u'|');
    const QString typed = QString(filter).remove(u'|');
    const Filter::Completion completion = Filter::complete(typed, cursor);
    QStringList completed;
    for (const auto &candidate : completion.candidates)
        completed +=
            QString(typed).replace(completion.range.start, completion.range.length, candidate.text);
    QTEST(completed.join(u','), "completed");
}

void TestFilter::describesItsKeys()
{
    const Filter::Completion all = Filter::complete(QStringLiteral("a "), 2);
    QVERIFY(all.isEmpty);
    QCOMPARE(all.candidates.size(), qsizetype(filterKeys().size()));
    for (const auto &candidate : all.candidates) {
        QVERIFY(!candidate.description.isEmpty());
        QVERIFY(!candidate.isWhole);
    }
    for (const FilterKeyInfo &key : filterKeys()) {
        const QString example = text(key.name) + u':' + text(key.example);
        QVERIFY2(Filter::parse(example).isValid(), qPrintable(example));
    }
}

QTEST_GUILESS_MAIN(TestFilter)
#include "tst_filter.moc"
