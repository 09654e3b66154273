// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/Cbor.h"

#include <QtCore/QCborArray>
#include <QtCore/QCborMap>
#include <QtTest/QtTest>

#include <limits>

using namespace Turnstile;
using Problem = CborReader::Problem;

/// Qt's own CBOR is the other side: what we write it reads, and the other way round.
class TestCbor : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void numbers_data();
    void numbers();
    void texts();
    void maps();
    void skipsWhatItDoesNotKnow();
    void refuses_data();
    void refuses();
};

void TestCbor::numbers_data()
{
    QTest::addColumn<qint64>("value");
    for (qint64 value : std::initializer_list<qint64>{0, 1, 23, 24, 255, 256, 65'535, 65'536,
             4'294'967'295, 4'294'967'296, std::numeric_limits<qint64>::max(), -1, -24, -25, -256,
             -257, std::numeric_limits<qint64>::min()})
        QTest::addRow("%lld", value) << value;
}

void TestCbor::numbers()
{
    QFETCH(qint64, value);
    CborWriter out;
    out.number(value);
    const QByteArray bytes = out.take();
    QCOMPARE(bytes, QCborValue(value).toCbor());
    CborReader in(bytes);
    QCOMPARE(in.number(), value);
    QVERIFY(in.isGood() && in.isAtEnd());
}

void TestCbor::texts()
{
    const QString text = QStringLiteral("PUT /…/🎵/").repeated(30);
    CborWriter out;
    out.array(5);
    out.text(text, 1000);
    out.text(text, 4);
    out.text({}, 4);
    out.bytes("\xff\x01");
    out.boolean(true);
    const QByteArray bytes = out.take();
    QCOMPARE(QCborValue::fromCbor(bytes).toArray(),
        (QCborArray{text, QStringLiteral("PUT "), QString(), QByteArray("\xff\x01"), true}));
    CborReader in(bytes);
    int count = 0;
    in.array(5, [&] {
        if (++count <= 3)
            QCOMPARE(in.text(1000), count == 1 ? text : text.left(count == 2 ? 4 : 0));
        else if (count == 4)
            QCOMPARE(in.bytes(2), QByteArray("\xff\x01"));
        else
            QVERIFY(in.boolean());
    });
    QVERIFY(in.isGood() && in.isAtEnd() && count == 5);
}

void TestCbor::maps()
{
    CborWriter out;
    {
        CborWriter::Map map(&out);
        map.number(1, 7);
        map.number(2, 0); // is left out
        map.field(300).boolean(false);
    }
    QCOMPARE(QCborValue::fromCbor(out.take()).toMap(), (QCborMap{{1, 7}, {300, false}}));
}

void TestCbor::skipsWhatItDoesNotKnow()
{
    const QCborMap known{{5, 8}};
    QCborMap map{{1, QCborArray{1, QStringLiteral("two"), QCborMap{{3, QByteArray("four")}}}},
        {2, 2.5}, {3, QCborValue(QCborKnownTags::Url, QStringLiteral("a:b"))}, {4, nullptr}};
    map.insert(5, 8);
    const QByteArray bytes = QCborValue(map).toCbor();
    CborReader in(bytes);
    int value = 0;
    in.map([&](quint64 key) { return key == 5 && (value = int(in.number())) != 0; });
    QVERIFY(in.isGood() && in.isAtEnd());
    QCOMPARE(value, 8);
}

void TestCbor::refuses_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("problem");
    const auto row = [](const char *name, const char *hex, Problem problem) {
        QTest::newRow(name) << QByteArray::fromHex(hex) << int(problem);
    };
    row("nothing", "", Problem::Ends);
    row("half a number", "a1001b0000", Problem::Ends);
    row("a map without its end", "a20001", Problem::Ends);
    row("a text that is longer than the rest", "a1017b7fffffffffffffff61", Problem::Ends);
    row("the longest list", "a1029bffffffffffffffff", Problem::TooLong);
    row("a list of four", "a1028400010203", Problem::TooLong);
    row("a long text", "a1016461626364", Problem::TooLong);
    row("not UTF-8", "a10162c328", Problem::NotUtf8);
    row("a text for a number", "a1006161", Problem::WrongType);
    row("a number for a text", "a10100", Problem::WrongType);
    row("a key that is a text", "a1616100", Problem::WrongType);
    row("an endless list", "a1029f00ff", Problem::WrongType);
    row("a number over 63 bits", "a1001bffffffffffffffff", Problem::OutOfRange);
    row("a number too large", "a1000b", Problem::OutOfRange);
    row("deep", "a109818181818181818181818181818181818100", Problem::TooDeep);
}

void TestCbor::refuses()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, problem);
    CborReader in(bytes);
    in.map([&](quint64 key) {
        if (key == 0)
            in.number(0, 10);
        else if (key == 1)
            in.text(3);
        else if (key == 2)
            in.array(3, [&] { in.skip(); });
        return key <= 2;
    });
    QCOMPARE(int(in.problem()), problem);
    QCOMPARE(in.text(3), QString()); // and so it stays
    QCOMPARE(int(in.problem()), problem);
}

QTEST_APPLESS_MAIN(TestCbor)
#include "tst_cbor.moc"
