// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/TableWriter.h"

#include <QtCore/QBuffer>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtTest/QtTest>

#include <limits>

using namespace Turnstile::Monitor;
using Form = TableWriter::Form;

/// Cells in, CSV or JSON out.
class TestTableWriter : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void writesCsv();
    void writesJson();
    void writesNoRows();
    void quotesAndGuardsCsv_data();
    void quotesAndGuardsCsv();
    void escapesJson();
    void writesNoNumberThatIsNone();
    void saysWhenTheDeviceIsFull();

private:
    template <typename Fill>
    static QByteArray written(Form form, std::vector<QByteArrayView> columns, Fill fill)
    {
        QBuffer buffer;
        buffer.open(QIODevice::WriteOnly);
        TableWriter table(&buffer, form, std::move(columns));
        fill(table);
        return table.finish() ? buffer.data() : QByteArray();
    }
    static void addRow(TableWriter &table)
    {
        table.text(QStringLiteral("GET /a"));
        table.number(qint64(-7));
        table.number(38.2);
        table.flag(true);
        table.number(std::optional<int>());
        table.endRow();
    }
    const std::vector<QByteArrayView> columns{"name", "left", "rate", "exempt", "limit"};
};

void TestTableWriter::writesCsv()
{
    QCOMPARE(written(Form::Csv, columns, addRow),
        "name,left,rate,exempt,limit\r\nGET /a,-7,38.2,true,\r\n");
}

void TestTableWriter::writesJson()
{
    const QByteArray json = written(Form::Json, columns, [](TableWriter &table) {
        addRow(table);
        addRow(table);
    });
    const QJsonArray rows = QJsonDocument::fromJson(json).array();
    QCOMPARE(rows.size(), 2);
    QCOMPARE(rows[1].toObject(),
        (QJsonObject{{QStringLiteral("name"), QStringLiteral("GET /a")},
            {QStringLiteral("left"), -7}, {QStringLiteral("rate"), 38.2},
            {QStringLiteral("exempt"), true}, {QStringLiteral("limit"), QJsonValue::Null}}));
}

void TestTableWriter::writesNoRows()
{
    const auto nothing = [](TableWriter &) {};
    QCOMPARE(written(Form::Csv, {"a", "b"}, nothing), "a,b\r\n");
    QCOMPARE(written(Form::Json, {"a", "b"}, nothing), "[]\n");
}

void TestTableWriter::quotesAndGuardsCsv_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("cell");
    QTest::newRow("plain") << QByteArray("a b=c") << QByteArray("a b=c");
    QTest::newRow("comma") << QByteArray("a,b") << QByteArray("\"a,b\"");
    QTest::newRow("quote") << QByteArray("a\"b\"") << QByteArray("\"a\"\"b\"\"\"");
    QTest::newRow("lines") << QByteArray("a\r\nb") << QByteArray("\"a\r\nb\"");
    QTest::newRow("equals") << QByteArray("=1+1") << QByteArray("'=1+1");
    QTest::newRow("plus") << QByteArray("+1") << QByteArray("'+1");
    QTest::newRow("minus") << QByteArray("-1") << QByteArray("'-1");
    QTest::newRow("at") << QByteArray("@me,") << QByteArray("\"'@me,\"");
}

void TestTableWriter::quotesAndGuardsCsv()
{
    QFETCH(QByteArray, text);
    const QByteArray csv = written(Form::Csv, {"a"}, [&text](TableWriter &table) {
        table.text(QByteArrayView(text));
        table.endRow();
    });
    QFETCH(QByteArray, cell);
    QCOMPARE(csv, "a\r\n" + cell + "\r\n");
}

void TestTableWriter::escapesJson()
{
    const QString text = QStringLiteral("=\"\\\n\t\x01 …•\U0001f600/");
    const QByteArray json = written(Form::Json, {"a\"b"}, [&text](TableWriter &table) {
        table.text(text);
        table.endRow();
    });
    const QJsonObject row = QJsonDocument::fromJson(json).array().at(0).toObject();
    QCOMPARE(row.value(QStringLiteral("a\"b")).toString(), text);
}

void TestTableWriter::writesNoNumberThatIsNone()
{
    const QByteArray json = written(Form::Json, {"a"}, [](TableWriter &table) {
        table.number(std::numeric_limits<double>::quiet_NaN());
        table.endRow();
    });
    QCOMPARE(json, "[\n{\"a\": null}\n]\n");
}

void TestTableWriter::saysWhenTheDeviceIsFull()
{
    struct Full : QIODevice {
        qint64 readData(char *, qint64) override { return -1; }
        qint64 writeData(const char *, qint64 size) override
        {
            left -= size;
            return left < 0 ? -1 : size;
        }
        qint64 left = 100'000; // it takes the first slice
    };
    Full device;
    device.open(QIODevice::WriteOnly);
    TableWriter table(&device, Form::Csv, {"a"});
    for (qint64 row = 0; row < 50'000; ++row) {
        table.number(row);
        table.endRow();
    }
    QVERIFY(!table.finish());
    QVERIFY(device.left < 0);
}

QTEST_GUILESS_MAIN(TestTableWriter)
#include "tst_tablewriter.moc"
