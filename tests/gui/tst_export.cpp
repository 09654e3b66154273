// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/Export.h"
#include "monitor-app/models/TicketLog.h"

#include <QtCore/QBuffer>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;
using Form = TableWriter::Form;

/// Buckets and tickets as files.
class TestExport : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();

    void writesBucketsAsCsv();
    void writesBucketsAsJson();
    void writesWhoHoldsABucket();
    void writesTicketsAsJson();
    void writesTicketsOfTheseBucketsOnly();
    void writesManyQuickly();
    void writesAFile();
    void leavesTheOldFileWhenItFails();

private:
    std::vector<const BucketRow *> rows() const
    {
        std::vector<const BucketRow *> all;
        for (const BucketRow &row : m_rows)
            all.push_back(&row);
        return all;
    }
    QByteArray bucketsAs(Form form) const
    {
        QBuffer buffer;
        buffer.open(QIODevice::WriteOnly);
        return Export::buckets(&buffer, form, rows(), m_now) ? buffer.data() : QByteArray();
    }
    QByteArray ticketsAs(Form form, const std::vector<const BucketRow *> &shown) const
    {
        QBuffer buffer;
        buffer.open(QIODevice::WriteOnly);
        const Export::Moment moment{m_now, WallTime(1'767'323'045'678ms)};
        return Export::tickets(&buffer, form, shown, m_log, moment) ? buffer.data() : QByteArray();
    }
    void addTicket(quint64 number, quint64 bucket, TicketState state, milliseconds ago)
    {
        TicketInfo ticket;
        ticket.id = {number << TicketId::slotBits};
        ticket.bucket = Fake::bucketId(bucket);
        ticket.name = QStringLiteral("GET /x");
        ticket.state = state;
        ticket.at = m_now - ago;
        ticket.askedAt = m_now - 3s;
        if (state != TicketState::Queued) {
            ticket.attempt = 1;
            ticket.grantedAt = m_now - 1s;
        }
        if (state == TicketState::Completed)
            ticket.status = 200;
        UpdateBatch batch;
        batch.at = batch.since = m_now;
        batch.tickets = {ticket};
        m_log.apply(batch);
    }
    static QJsonObject object(const QByteArray &json, int index)
    {
        return QJsonDocument::fromJson(json).array().at(index).toObject();
    }

    TimePoint m_now;
    std::vector<BucketRow> m_rows;
    TicketLog m_log;
};

void TestExport::init()
{
    m_now = TimePoint(5000s);
    m_rows.clear();
    for (const Bucket &bucket : Fake::sampleBuckets(m_now))
        m_rows.emplace_back(bucket, m_now);
    m_log.clear();
}

void TestExport::writesBucketsAsCsv()
{
    m_rows[0].bucket.wait = Wait{WaitReason::Bucket, m_now + 3200ms};
    const QList<QByteArray> lines = bucketsAs(Form::Csv).split('\n');
    QCOMPARE(lines.size(), 14); // the last is empty
    QCOMPARE(lines[0],
        "bucket,state,method,route,hash,major_resource,exempt,limit,remaining,tokens,reset_ms,"
        "window_ms,in_flight,queued,oldest_age_ms,granted,granted_per_s,wait_p95_ms,answers_429,"
        "waits_for,held_by,waiting_processes\r");
    QCOMPARE(lines[1],
        "1,exhausted,POST,/channels/41771983423143937/messages,a1f3c09be17d449c,,false,5,1,0,3200,"
        "5000,1,7,6400,0,0,,0,\"bucket, 3.2 s\",,\r");
    QCOMPARE(lines[7], "7,exempt,POST,/interactions/…/••••/callback,,,true,,,,,,3,0,,0,0,,0,,,\r");
}

void TestExport::writesBucketsAsJson()
{
    for (int grant = 0; grant < 19; ++grant)
        m_rows[1].grants.add(m_now - 1s);
    m_rows[1].waitP95 = 480ms;
    const QJsonObject row = object(bucketsAs(Form::Json), 1);
    QCOMPARE(row.size(), 22);
    QCOMPARE(row.value(QStringLiteral("reset_ms")), QJsonValue(412'000));
    QCOMPARE(row.value(QStringLiteral("granted_per_s")), QJsonValue(3.8));
    QCOMPARE(row.value(QStringLiteral("wait_p95_ms")), QJsonValue(480));
    QCOMPARE(row.value(QStringLiteral("answers_429")), QJsonValue(1));
    QCOMPARE(row.value(QStringLiteral("exempt")), QJsonValue(false));
    QCOMPARE(row.value(QStringLiteral("waits_for")), QJsonValue());
    QCOMPARE(row.value(QStringLiteral("held_by")), QJsonValue());
}

void TestExport::writesWhoHoldsABucket()
{
    const SharedState shared = Fake::sampleShared(m_now);
    QBuffer buffer;
    QVERIFY(buffer.open(QIODevice::WriteOnly));
    QVERIFY(Export::buckets(&buffer, Form::Json, rows(), m_now, &shared));
    const QJsonObject held = object(buffer.data(), 0);
    QCOMPARE(held.value(QStringLiteral("held_by")),
        QJsonValue(QStringLiteral("music-bot 4121@web2 (3), this process (1)")));
    QCOMPARE(held.value(QStringLiteral("waiting_processes")),
        QJsonValue(QStringLiteral("music-bot 77@web1, this process")));
    const QJsonObject other = object(buffer.data(), 1);
    QCOMPARE(other.value(QStringLiteral("held_by")), QJsonValue());
}

void TestExport::writesTicketsAsJson()
{
    addTicket(10482, 1, TicketState::Queued, 3s);
    addTicket(10482, 1, TicketState::Available, 1s);
    addTicket(10482, 1, TicketState::Completed, 888ms);
    addTicket(10483, 1, TicketState::Queued, 3s);
    const QByteArray json = ticketsAs(Form::Json, rows());
    const QJsonObject done = object(json, 0);
    const auto value = [&done](const char *name) { return done.value(QLatin1String(name)); };
    QCOMPARE(value("ticket"), QJsonValue(10482));
    QCOMPARE(value("bucket"), QJsonValue(1));
    QCOMPARE(value("state"), QJsonValue(QStringLiteral("Completed")));
    QCOMPARE(value("status"), QJsonValue(200));
    QCOMPARE(value("error"), QJsonValue());
    QCOMPARE(value("asked_ms"), QJsonValue(-3000));
    QCOMPARE(value("asked_at"), QJsonValue(QStringLiteral("2026-01-02T03:04:02.678Z")));
    QCOMPARE(value("ended_ms"), QJsonValue(-888));
    QCOMPARE(value("waited_ms"), QJsonValue(2000));
    QCOMPARE(value("took_ms"), QJsonValue(112));
    const QJsonObject waiting = object(json, 1);
    QCOMPARE(waiting.value(QStringLiteral("state")), QJsonValue(QStringLiteral("Queued")));
    QCOMPARE(waiting.value(QStringLiteral("granted_at")), QJsonValue());
    QCOMPARE(waiting.value(QStringLiteral("waited_ms")), QJsonValue(3000));
    QCOMPARE(waiting.value(QStringLiteral("took_ms")), QJsonValue());
}

void TestExport::writesTicketsOfTheseBucketsOnly()
{
    addTicket(1, 1, TicketState::Queued, 3s);
    addTicket(2, 2, TicketState::Queued, 2s);
    const QByteArray csv = ticketsAs(Form::Csv, {&m_rows[1]});
    QCOMPARE(csv.count('\n'), 2);
    QVERIFY(csv.contains("\n2,2,GET /x,0,Queued,"));
}

void TestExport::writesManyQuickly()
{
    const std::vector<const BucketRow *> many(100'000, &m_rows[1]);
    struct Sink : QIODevice {
        qint64 readData(char *, qint64) override { return -1; }
        qint64 writeData(const char *, qint64 size) override
        {
            largest = std::max(largest, size);
            return size;
        }
        qint64 largest = 0;
    };
    Sink sink;
    sink.open(QIODevice::WriteOnly);
    addTicket(1, 2, TicketState::Queued, 3s);
    QElapsedTimer timer;
    timer.start();
    QVERIFY(Export::buckets(&sink, Form::Csv, many, m_now));
    qInfo("100 000 buckets as CSV: %lld ms", timer.restart());
    QVERIFY(Export::tickets(&sink, Form::Json, many, m_log, Export::momentOf(m_now)));
    qInfo("100 000 tickets as JSON: %lld ms", timer.elapsed());
    QVERIFY(sink.largest < 70'000); // never all of it in memory
}

void TestExport::writesAFile()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("a.csv"));
    const auto write = [](QIODevice *device) { return device->write("new") == 3; };
    QCOMPARE(Export::toFile(path, write), QString());
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), "new");

    const QString problem = Export::toFile(folder.filePath(QStringLiteral("no/a.csv")), write);
    QVERIFY2(problem.startsWith(QStringLiteral("Cannot write ")), qPrintable(problem));
    QVERIFY2(problem.contains(QStringLiteral("No such file")), qPrintable(problem));
}

void TestExport::leavesTheOldFileWhenItFails()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("a.csv"));
    QCOMPARE(Export::toFile(path, [](QIODevice *device) { return device->write("old") == 3; }),
        QString());
    const QString problem = Export::toFile(path, [](QIODevice *device) {
        device->write("half");
        return false;
    });
    QVERIFY(!problem.isEmpty());
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), "old");
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 1);
}

QTEST_GUILESS_MAIN(TestExport)
#include "tst_export.moc"
