// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/TerminalPage.h"

#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;
using Code = TerminalKey::Code;

/// What the page says of the source and of itself, whatever they are called.
class TestTerminalStatus : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();

    void saysThatThePictureIsOld_data();
    void saysThatThePictureIsOld();
    void saysWhyItIsEmpty();
    void saysThatRedisIsAway();
    void keepsWhatMattersInLittleRoom();
    void letsNoNameHarmTheTerminal();

private:
    void press(Code code) { page->press({code}); }
    QStringList text(QSize size = {100, 24})
    {
        page->setStatus(status);
        QStringList text;
        for (const TerminalLine &line : page->lines(size))
            text += line.text();
        return text;
    }

    TimePoint now{1000s};
    std::unique_ptr<Store> store;
    std::unique_ptr<TerminalPage> page;
    TerminalStatus status;
};

void TestTerminalStatus::init()
{
    store = std::make_unique<Store>([this] { return now; });
    store->apply(Fake::sampleTraffic(now));
    store->makeFrame();
    page = std::make_unique<TerminalPage>(store.get());
    status = {.name = QStringLiteral("music-bot · pid 4121"),
        .connection = QStringLiteral("Connected · local socket"),
        .state = MonitorSource::State::Live,
        .reason = {},
        .age = 8ms};
}

void TestTerminalStatus::saysThatThePictureIsOld_data()
{
    QTest::addColumn<MonitorSource::State>("state");
    QTest::addColumn<QString>("banner");
    QTest::newRow("lost") << MonitorSource::State::Lost
                          << "Reconnecting. This picture is 12 s old. It hung up.";
    QTest::newRow("failed") << MonitorSource::State::Failed
                            << "The connection has ended. This picture is 12 s old. It hung up.";
}

void TestTerminalStatus::saysThatThePictureIsOld()
{
    QFETCH(MonitorSource::State, state);
    status.state = state;
    status.reason = QStringLiteral("It hung up.");
    status.age = 12s;
    QTEST(text().value(1), "banner");
    const auto lines = page->lines({100, 24});
    int rows = 0;
    for (const TerminalLine &line : lines) {
        if (!line.text().startsWith(QStringLiteral("● ")))
            continue;
        ++rows;
        for (const TerminalLine::Piece &piece : line.pieces)
            QCOMPARE(piece.style.color, TerminalStyle::Color::Dim);
    }
    QCOMPARE(rows, 12); // the last picture stays
}

void TestTerminalStatus::saysWhyItIsEmpty()
{
    store->clear();
    status.age.reset();
    status.state = MonitorSource::State::Connecting;
    QVERIFY(text().join(u'\n').contains(QStringLiteral("Waiting for the bot ...")));
    QVERIFY(!text().join(u'\n').contains(QStringLiteral("granted")));
    status.age = 0ms;
    status.state = MonitorSource::State::Live;
    QVERIFY(text().join(u'\n').contains(QStringLiteral("has not asked for anything yet")));
    press(Code::Enter);
    press(Code::End);
    QVERIFY(!text().isEmpty());
}

void TestTerminalStatus::saysThatRedisIsAway()
{
    UpdateBatch batch;
    batch.at = now;
    batch.shared = Fake::sampleShared(now);
    batch.shared->problem = QStringLiteral("Redis is away.");
    store->apply(batch);
    store->makeFrame();
    QVERIFY(text().constLast().startsWith(
        QStringLiteral("The process cannot reach its Redis: numbers are as they were")));
    QCOMPARE(page->lines({100, 24}).back().pieces[0].style.color, TerminalStyle::Color::Amber);
    status.state = MonitorSource::State::Lost; // nobody knows
    QVERIFY(text().constLast().startsWith(QStringLiteral("Connected")));
}

void TestTerminalStatus::keepsWhatMattersInLittleRoom()
{
    status.isRecording = true;
    store->setFrozen(true);
    QCOMPARE(
        text({40, 24}).value(0).simplified(), QStringLiteral("music-bot · pi… ● recording frozen"));
    const QString line = text({60, 24}).constLast();
    QVERIFY(line.startsWith(QStringLiteral("Connected · local socket  ")));
    QVERIFY(line.endsWith(QStringLiteral("/ filter  ? help  q quit")));
    status.name = QStringLiteral("漢字");
    QVERIFY(text({14, 24}).value(0).startsWith(status.name));
}

void TestTerminalStatus::letsNoNameHarmTheTerminal()
{
    const QString evil = QStringLiteral("GET /\x1b[2J\x07\u009b31m/\u202e/漢字\r\n");
    UpdateBatch batch;
    batch.at = batch.since = now;
    batch.buckets = {Fake::bucket(1, evil, BucketState::Paused)};
    batch.buckets[0].hash = "\x1b]0;owned\x07";
    batch.buckets[0].majorResource = "\x1b[5m";
    TicketInfo ticket = Fake::grant(Fake::bucketId(1), now, 1ms);
    ticket.name = evil;
    batch.tickets = {ticket};
    store->apply(batch);
    store->makeFrame();
    status = {.name = evil,
        .connection = evil,
        .state = MonitorSource::State::Lost,
        .reason = evil,
        .age = 1s};
    const auto check = [this] {
        for (int width : {30, 60, 100, 160}) {
            for (const QString &line : text({width, 40})) {
                for (QChar character : line)
                    QVERIFY2(character.isPrint(), qPrintable(line));
            }
        }
    };
    check();
    press(Code::Enter);
    QVERIFY(text({100, 40}).join(u'\n').contains(QStringLiteral("�]0;owned�")));
    check();
    press(Code::Escape);
    page->setFilter(Filter::parse(QStringLiteral("-\u009b31mx")));
    page->press({Code::Character, U'/'});
    page->press({Code::Character, U'\u009b'});
    check();
}

QTEST_GUILESS_MAIN(TestTerminalStatus)
#include "tst_terminalstatus.moc"
