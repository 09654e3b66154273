// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// What each dialect looks like on the wire.
#include "ratelimit/testing/ModelApi.h"

#include <QtNetwork/QTcpSocket>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;

namespace {

struct Answer {
    int status = 0;
    QMultiMap<QByteArray, QByteArray> headers; // names in lower case
    QByteArray body;
};

Answer parsed(const QByteArray &bytes)
{
    const qsizetype end = bytes.indexOf("\r\n\r\n");
    QList<QByteArray> lines = bytes.first(end).replace("\r\n", "\n").split('\n');
    Answer answer;
    answer.status = lines.takeFirst().split(' ').value(1).toInt();
    answer.body = bytes.sliced(end + 4);
    for (const QByteArray &line : std::as_const(lines)) {
        const qsizetype colon = line.indexOf(": ");
        answer.headers.insert(line.first(colon).toLower(), line.sliced(colon + 2));
    }
    return answer;
}

} // namespace

class tst_ModelApiDialects : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void discords();
    void resetInMilliseconds();
    void remainingBefore();
    void growingWait_data();
    void growingWait();
    void leavesOut_data();
    void leavesOut();
    void globalFalse();
    void retryAfter_data();
    void retryAfter();
    void viaIsOneOfThem();
    void names();

private:
    Answer get();
    /// The \a count-th answer from now.
    Answer get(int count);

    std::unique_ptr<ModelApi> m_api;
};

void tst_ModelApiDialects::init()
{
    m_api = std::make_unique<ModelApi>();
    m_api->setDefaultLimit({.limit = 2, .window = 10min});
    QVERIFY(m_api->listen().isValid());
}

Answer tst_ModelApiDialects::get()
{
    QTcpSocket socket;
    QSignalSpy closed(&socket, &QTcpSocket::disconnected);
    socket.connectToHost(QHostAddress::LocalHost, m_api->port());
    socket.write("GET /api/v10/channels/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    if (!closed.wait())
        qWarning("The request was not answered");
    return parsed(socket.readAll());
}

Answer tst_ModelApiDialects::get(int count)
{
    for (int i = 1; i < count; ++i)
        get();
    return get();
}

void tst_ModelApiDialects::discords()
{
    const Answer answer = get();
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.headers.value("x-ratelimit-remaining"), "1");
    QVERIFY(answer.headers.value("x-ratelimit-reset").contains('.'));
    QVERIFY(!answer.headers.contains("x-ratelimit-global"));
    QCOMPARE(get(2).headers.values("retry-after").size(), 1);
}

void tst_ModelApiDialects::resetInMilliseconds()
{
    m_api->setDialects(Dialect::ResetInMilliseconds);
    bool isWhole = false;
    const qint64 reset = get().headers.value("x-ratelimit-reset").toLongLong(&isWhole);
    QVERIFY(isWhole);
    QVERIFY(qAbs(reset - 600'000 - QDateTime::currentMSecsSinceEpoch()) < 30'000);
}

void tst_ModelApiDialects::remainingBefore()
{
    m_api->setDialects(Dialect::RemainingBefore);
    QCOMPARE(get().headers.value("x-ratelimit-remaining"), "2");
    QCOMPARE(get().headers.value("x-ratelimit-remaining"), "1");
    const Answer refused = get();
    QCOMPARE(refused.status, 429);
    QCOMPARE(refused.headers.value("x-ratelimit-remaining"), "0");
}

void tst_ModelApiDialects::growingWait_data()
{
    QTest::addColumn<Quota::Window>("kind");
    QTest::newRow("fixed") << Quota::Window::Fixed;
    QTest::newRow("sliding") << Quota::Window::Sliding;
}

void tst_ModelApiDialects::growingWait()
{
    QFETCH(Quota::Window, kind);
    m_api->setDefaultLimit({.limit = 2, .window = 10min, .kind = kind});
    m_api->setDialects(Dialect::GrowingWait);
    get(2);
    for (int windows : {2, 3, 4}) {
        const Answer refused = get();
        QCOMPARE(refused.status, 429);
        const int wait = refused.headers.value("retry-after").toInt();
        QVERIFY2(
            wait <= windows * 600 && wait > windows * 600 - 60, qPrintable(QString::number(wait)));
        const double reset = refused.headers.value("x-ratelimit-reset-after").toDouble();
        QVERIFY(reset <= wait && reset > wait - 1);
    }
}

void tst_ModelApiDialects::leavesOut_data()
{
    QTest::addColumn<int>("dialect");
    QTest::addColumn<QByteArray>("header");
    QTest::newRow("bucket") << int(Dialect::NoBucket) << QByteArray("x-ratelimit-bucket");
    QTest::newRow("reset-after") << int(Dialect::NoResetAfter)
                                 << QByteArray("x-ratelimit-reset-after");
    QTest::newRow("via") << int(Dialect::NoVia) << QByteArray("via");
}

void tst_ModelApiDialects::leavesOut()
{
    QFETCH(int, dialect);
    QFETCH(QByteArray, header);
    const QList<QByteArray> usual = get().headers.keys();
    QVERIFY(usual.contains(header));
    m_api->setDialects(Dialect(dialect));
    QList<QByteArray> others = usual;
    others.removeAll(header);
    QCOMPARE(get().headers.keys(), others);
    QVERIFY(!get().headers.contains(header)); // the 429
}

void tst_ModelApiDialects::globalFalse()
{
    m_api->setDialects(Dialect::GlobalFalse);
    for (const int status : {200, 200, 429}) {
        const Answer answer = get();
        QCOMPARE(answer.status, status);
        QCOMPARE(answer.headers.value("x-ratelimit-global"), "false");
    }
    m_api->addFault({.kind = Fault::Kind::GlobalLimit});
    QCOMPARE(get().headers.values("x-ratelimit-global"), QList<QByteArray>{"true"});
}

void tst_ModelApiDialects::retryAfter_data()
{
    QTest::addColumn<Dialects>("dialects");
    QTest::addColumn<QList<QByteArray>>("values"); // the last one first
    QTest::newRow("Discord's") << Dialects() << QList<QByteArray>{"2"};
    QTest::newRow("decimal") << Dialects(Dialect::DecimalRetryAfter) << QList<QByteArray>{"1.250"};
    QTest::newRow("doubled") << Dialects(Dialect::DoubledRetryAfter) << QList<QByteArray>{"3", "2"};
    QTest::newRow("both") << (Dialect::DecimalRetryAfter | Dialect::DoubledRetryAfter)
                          << QList<QByteArray>{"2.250", "1.250"};
}

void tst_ModelApiDialects::retryAfter()
{
    QFETCH(Dialects, dialects);
    m_api->setDialects(dialects);
    m_api->addFault({.kind = Fault::Kind::RateLimit, .retryAfter = 1250ms});
    const Answer refused = get();
    QTEST(refused.headers.values("retry-after"), "values");
    QVERIFY2(refused.body.contains("\"retry_after\":1.250"), refused.body.constData());
}

void tst_ModelApiDialects::viaIsOneOfThem()
{
    m_api->setDialects(Dialect::GlobalFalse);
    m_api->setVia(false);
    QVERIFY(!get().headers.contains("via"));
    m_api->setVia(true);
    const Answer answer = get();
    QCOMPARE(answer.headers.value("via"), "1.1 google");
    QCOMPARE(answer.headers.value("x-ratelimit-global"), "false");
}

void tst_ModelApiDialects::names()
{
    QCOMPARE(dialectsFromNames(QStringLiteral("no-via")), Dialect::NoVia);
    QCOMPARE(dialectsFromNames(QStringLiteral("doubled-retry-after,growing-wait")),
        Dialect::DoubledRetryAfter | Dialect::GrowingWait);
    QCOMPARE(dialectsFromNames(dialectNames().join(u',')).value_or(Dialects()).toInt(), 0x1ffu);
    for (const char *wrong : {"", "no-via,", "No-Via", "no-via, no-bucket"})
        QVERIFY2(!dialectsFromNames(QLatin1StringView(wrong)), wrong);
}

QTEST_GUILESS_MAIN(tst_ModelApiDialects)
#include "tst_modelapidialects.moc"
