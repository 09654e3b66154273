// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/TerminalPage.h"
#include "monitor-app/views/TerminalTable.h"

#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;
using Code = TerminalKey::Code;

/// Keys in, lines out.
class TestTerminalPage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();

    void showsFiguresAndBuckets();
    void fitsIntoAnySize();
    void leavesColumnsOut();
    void sortsByKeys();
    void movesTheSelection();
    void followsTheSelectedBucket();
    void scrolls();
    void editsAFilter();
    void keepsTheLastGoodFilter();
    void freezes();
    void showsABucket();
    void showsWhoSharesTheToken();
    void showsItsKeys();

private:
    void press(const QString &keys)
    {
        for (QChar key : keys)
            page->press({Code::Character, key.unicode()});
    }
    void press(Code code) { page->press({code}); }
    QStringList text(QSize size = {100, 24})
    {
        QStringList text;
        for (const TerminalLine &line : page->lines(size))
            text += line.text();
        return text;
    }
    QString selected()
    {
        for (const TerminalLine &line : page->lines({140, 40})) {
            if (!line.pieces.empty() && line.pieces.front().style.reversed)
                return line.text().simplified();
        }
        return {};
    }
    void change(quint64 number, int queued)
    {
        UpdateBatch batch;
        batch.at = batch.since = now;
        batch.buckets = {Fake::sampleBuckets(now)[size_t(number - 1)]};
        batch.buckets[0].queued = queued;
        store->apply(batch);
        store->makeFrame();
    }

    TimePoint now{1000s};
    std::unique_ptr<Store> store;
    std::unique_ptr<TerminalPage> page;
    TerminalStatus status;
};

void TestTerminalPage::init()
{
    store = std::make_unique<Store>([this] { return now; });
    UpdateBatch batch = Fake::sampleTraffic(now);
    batch.invalid = InvalidRequestsInfo{12, 10'000};
    store->apply(batch);
    store->makeFrame();
    page = std::make_unique<TerminalPage>(store.get());
    status = {.name = QStringLiteral("music-bot · pid 4121"),
        .connection = QStringLiteral("Connected · local socket"),
        .state = MonitorSource::State::Live,
        .reason = {},
        .age = 8ms};
    page->setStatus(status);
}

void TestTerminalPage::showsFiguresAndBuckets()
{
    const QStringList lines = text();
    QCOMPARE(lines.size(), 24);
    QCOMPARE(lines[0], QStringLiteral("music-bot · pid 4121"));
    const QString all = lines.join(u'\n');
    for (const char *part :
        {"queued 30 (oldest 6.4 s)", "in flight 12", "global limit 37/50", "frees in 0.4 s",
            "429s in 10 min 1 (0 global, 1 user, 0 shared)", "invalid requests 12 / 10\u00a0000",
            "\nState▼ ", "● exhausted    POST /chan", " 0/5 "})
        QVERIFY2(all.contains(QString::fromUtf8(part)), part);
    QVERIFY(lines.last().startsWith(QStringLiteral("Connected · local socket  ")));
    QVERIFY(lines.last().contains(QStringLiteral("events/s  0 dropped  updated now")));
    QVERIFY(lines.last().endsWith(QStringLiteral("/ filter  ? help  q quit")));
}

void TestTerminalPage::fitsIntoAnySize()
{
    for (const char *keys : {"", "?", "p", "/q:x"}) {
        press(QString::fromLatin1(keys));
        for (int height = 1; height < 30; ++height) {
            for (int width : {1, 10, 40, 77, 80, 103, 200}) {
                const auto lines = page->lines({width, height});
                QCOMPARE(int(lines.size()), height);
                if (width < 40)
                    continue; // cut off by the screen
                for (const TerminalLine &line : lines) {
                    if (line.text().startsWith(QStringLiteral("● ")))
                        QVERIFY(line.cells() <= width);
                }
            }
        }
        press(Code::Escape);
    }
}

void TestTerminalPage::leavesColumnsOut()
{
    using Column = RowOrder::Column;
    QCOMPARE(int(TerminalTable::columns(140).size()), RowOrder::columnCount);
    const auto some = TerminalTable::columns(80);
    QCOMPARE(some,
        (std::vector{Column::State, Column::Route, Column::Tokens, Column::Resets, Column::Queued,
            Column::Wait, Column::RateLimited}));
    QCOMPARE(TerminalTable::columns(20), (std::vector{Column::State, Column::Route}));
    for (int width : {40, 80, 140}) {
        QCOMPARE(TerminalTable::titles({}, width).cells(), width);
        QCOMPARE(TerminalTable::line(store->bucketAt(0), now, width).cells(), width);
    }
}

void TestTerminalPage::sortsByKeys()
{
    QVERIFY(selected().startsWith(QStringLiteral("● global lock"))); // the most pressing one
    press(QStringLiteral("Q"));
    QVERIFY(selected().contains(QStringLiteral("/pins")));
    QVERIFY(text().join(u'\n').contains(QStringLiteral("▼Queued")));
    press(QStringLiteral("Q"));
    QVERIFY(!selected().contains(QStringLiteral("/pins")));
    QVERIFY(text().join(u'\n').contains(QStringLiteral("▲Queued")));
    press(QStringLiteral("r"));
    QVERIFY(selected().contains(QStringLiteral("/pins")));
    press(QStringLiteral("R"));
    QVERIFY(selected().contains(QStringLiteral("PATCH /channels/41771983423143937")));
    press(QStringLiteral("s")); // tokens, the fewest first
    QVERIFY(selected().contains(QStringLiteral(" 0/5 ")));
    for (char key : QByteArray("SRTEQIGW4"))
        QVERIFY(TerminalTable::columnOf(char32_t(key)));
    QVERIFY(!TerminalTable::columnOf(U'x'));
}

void TestTerminalPage::movesTheSelection()
{
    press(QStringLiteral("R"));
    const QString first = selected();
    press(Code::Down);
    const QString second = selected();
    QVERIFY(second != first);
    press(Code::Up);
    QCOMPARE(selected(), first);
    press(Code::Up);
    QCOMPARE(selected(), first);
    press(Code::End);
    const QString last = selected();
    press(Code::Down);
    QCOMPARE(selected(), last);
    press(Code::PageUp);
    QCOMPARE(selected(), first);
    press(Code::PageDown);
    QCOMPARE(selected(), last);
    press(Code::Home);
    QCOMPARE(selected(), first);
}

void TestTerminalPage::followsTheSelectedBucket()
{
    press(QStringLiteral("Q"));
    press(Code::Down);
    const QString second = selected();
    QVERIFY(second.contains(QStringLiteral("/messages")));
    change(12, 1); // was first
    QCOMPARE(selected(), second);
    press(Code::Up);
    QCOMPARE(selected(), second); // it is first now

    UpdateBatch gone;
    gone.at = gone.since = now;
    gone.removed = {Fake::bucketId(1)};
    store->apply(gone);
    store->makeFrame();
    QVERIFY(!selected().isEmpty());
}

void TestTerminalPage::scrolls()
{
    press(QStringLiteral("R"));
    press(Code::End);
    QStringList lines = text({160, 10});
    QVERIFY(lines[lines.size() - 2].contains(QStringLiteral("/webhooks/")));
    press(Code::Home);
    lines = text({160, 10});
    QVERIFY(lines.filter(QStringLiteral("PATCH /channels/41771983423143937")).size() == 1);
    QVERIFY(lines.filter(QStringLiteral("/webhooks/")).isEmpty());
}

void TestTerminalPage::editsAFilter()
{
    press(QStringLiteral("/method:GET mem"));
    QCOMPARE(text().filter(QStringLiteral("● ")).size(), 1);
    QVERIFY(text().constLast().startsWith(QStringLiteral("Filter: method:GET mem")));
    press(Code::EraseWord);
    QCOMPARE(text().filter(QStringLiteral("● ")).size(), 4);
    press(QStringLiteral("q")); // is a letter here
    QVERIFY(!page->isLeft());
    QVERIFY(text().join(u'\n').contains(QStringLiteral("No bucket matches the filter.")));
    press(Code::Backspace);
    press(Code::Enter);
    QVERIFY(text().value(0).endsWith(QStringLiteral("filter: method:GET ")));
    press(QStringLiteral("/x"));
    press(Code::Escape); // as it was
    QCOMPARE(text().filter(QStringLiteral("● ")).size(), 4);
    press(QStringLiteral("/"));
    press(Code::EraseAll);
    press(Code::Enter);
    QCOMPARE(text().filter(QStringLiteral("● ")).size(), 12);
    press(QStringLiteral("/"));
    press(QString(1000, u'a'));
    QVERIFY(text().constLast().size() <= 100);
    press(Code::Escape);
    press(QStringLiteral("q"));
    QVERIFY(page->isLeft());
}

void TestTerminalPage::keepsTheLastGoodFilter()
{
    press(QStringLiteral("/queued:>1"));
    QCOMPARE(text().filter(QStringLiteral("● ")).size(), 5);
    press(QStringLiteral("x"));
    QStringList lines = text();
    QCOMPARE(lines.filter(QStringLiteral("● ")).size(), 5);
    QVERIFY2(lines[lines.size() - 2].contains(QStringLiteral("1x")), qPrintable(lines.join(u'\n')));
    press(Code::Enter); // stays until it is right
    QVERIFY(text().constLast().startsWith(QStringLiteral("Filter: queued:>1x")));
    const TerminalLine prompt = page->lines({100, 24}).back();
    QVERIFY(std::any_of(prompt.pieces.begin(), prompt.pieces.end(), [](const auto &piece) {
        return piece.style.color == TerminalStyle::Color::Red && piece.style.underlined;
    }));
}

void TestTerminalPage::freezes()
{
    press(QStringLiteral(" "));
    QVERIFY(store->isFrozen());
    QVERIFY(text().value(0).contains(QStringLiteral(" frozen ")));
    press(QStringLiteral(" "));
    QVERIFY(!store->isFrozen());
    QVERIFY(!text().value(0).contains(QStringLiteral("frozen")));
    QVERIFY(page->isColored());
    press(QStringLiteral("c"));
    QVERIFY(!page->isColored());
}

void TestTerminalPage::showsABucket()
{
    UpdateBatch batch;
    batch.at = batch.since = now;
    TicketInfo ticket = Fake::grant(Fake::bucketId(1), now - 400ms, 12ms);
    ticket.id = TicketId{quint64(10475) << TicketId::slotBits};
    batch.tickets = {ticket};
    ticket.state = TicketState::Completed;
    ticket.status = 429;
    ticket.at = now - 316ms;
    batch.tickets.push_back(ticket);
    store->apply(batch);
    store->makeFrame();

    press(QStringLiteral("/channels/41771983423143937/messages state:exhausted"));
    press(Code::Enter);
    text();
    press(Code::Enter);
    const QString all = text({100, 40}).join(u'\n');
    for (const char *part : {"● exhausted     POST /channels/41771983423143937/messages",
             "next grant      in 3.2 s: bucket exhausted", "bucket          a1f3c09be17d449c",
             "limit           5 per 5.0 s", "queued          7, the oldest for 6.4 s",
             "#10475          completed 429             waited 12 ms, took 84 ms"})
        QVERIFY2(all.contains(QString::fromUtf8(part)), part);
    press(Code::Escape);
    QVERIFY(text().join(u'\n').contains(QStringLiteral("State▼")));
}

void TestTerminalPage::showsWhoSharesTheToken()
{
    QVERIFY(!text().constLast().contains(QStringLiteral("p processes")));
    press(QStringLiteral("p"));
    QVERIFY(text().join(u'\n').contains(
        QStringLiteral("The bot does not share its token with other processes.")));
    press(Code::Escape);
    UpdateBatch batch;
    batch.at = batch.since = now;
    batch.shared = Fake::sampleShared(now);
    batch.shared->problem = QStringLiteral("Redis is away.");
    store->apply(batch);
    store->makeFrame();
    QVERIFY(text().constLast().contains(QStringLiteral("p processes")));
    press(QStringLiteral("p"));
    const QString all = text({200, 24}).join(u'\n');
    for (const char *part :
        {"Redis is away. This is how it was 0 s ago.", "        Heard of  Leases",
            "music-bot 318@web1 (this process)              now       1  waits for POST "
            "/channels/41771983423143937/messages; holds POST "
            "/channels/41771983423143937/messages (1)",
            "music-bot 77@web1                              now       0  waits for the global "
            "limit, ",
            "music-bot 4121@web2                silent for 11 s       5  holds POST "
            "/channels/41771983423143937/messages (3), channels/99 · beef (2)"})
        QVERIFY2(all.contains(QString::fromUtf8(part)), qPrintable(all));
    QVERIFY(text({200, 8}).join(u'\n').contains(QStringLiteral("and 2 more")));
    press(QStringLiteral("p"));
    press(QStringLiteral("/channels/41771983423143937/messages state:exhausted"));
    press(Code::Enter);
    text();
    press(Code::Enter);
    const QString detail = text({100, 40}).join(u'\n');
    for (const char *part : {"held by         music-bot 4121@web2 (3), this process (1)",
             "waiting         music-bot 77@web1, this process"})
        QVERIFY2(detail.contains(QString::fromUtf8(part)), part);
}

void TestTerminalPage::showsItsKeys()
{
    press(QStringLiteral("?"));
    QVERIFY(text().join(u'\n').contains(QStringLiteral("PgUp PgDn")));
    for (const QString &line : text({80, 24}))
        QVERIFY2(line.size() <= 80, qPrintable(line));
    press(QStringLiteral("x"));
    QVERIFY(!text().join(u'\n').contains(QStringLiteral("PgUp PgDn")));
}

QTEST_GUILESS_MAIN(TestTerminalPage)
#include "tst_terminalpage.moc"
