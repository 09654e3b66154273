// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/Endpoint.h"

#include <QtCore/QFile>
#include <QtCore/QSet>
#include <QtTest/QTest>

using namespace Turnstile;

/// The documented routes, one row of routes.tsv each, seen through Endpoint.
class tst_RouteTable : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void route_data() { rows(); }
    void route();
    void major_data() { rows(); }
    void major();
    void exempt_data() { rows(); }
    void exempt();
    void minorParametersTakeAnything_data() { rows(); }
    void minorParametersTakeAnything();
    void allRoutesDiffer();

private:
    struct Row {
        Method method;
        QByteArrayList segments;
        QByteArray major;
        QByteArray exempt;
    };
    void rows();
    Row row() const { return m_rows.value(QTest::currentDataTag()); }

    QMap<QByteArray, Row> m_rows;
};

static bool isParameter(const QByteArray &segment)
{
    return segment.startsWith('{');
}

// Parameters become 1001, 1002, ... by their place.
static QByteArray filled(const QByteArrayList &segments)
{
    QByteArray path;
    for (qsizetype i = 0; i < segments.size(); ++i)
        path += '/' + (isParameter(segments[i]) ? QByteArray::number(1000 + i) : segments[i]);
    return path;
}

void tst_RouteTable::initTestCase()
{
    QFile file(QStringLiteral(TEST_DATA_DIR "/routes.tsv"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    file.readLine();
    while (!file.atEnd()) {
        const QByteArrayList columns = file.readLine().split('\t');
        const auto method = methodFromName(columns[0]);
        QVERIFY(method);
        m_rows[columns[0] + ' ' + columns[1]] = {
            *method, columns[1].mid(1).split('/'), columns[2], columns[3]};
    }
    QCOMPARE(m_rows.size(), 259);
}

void tst_RouteTable::rows()
{
    QTest::addColumn<int>("unused");
    for (auto it = m_rows.cbegin(); it != m_rows.cend(); ++it)
        QTest::newRow(it.key().constData()) << 0;
}

void tst_RouteTable::route()
{
    const QByteArray first = row().segments.first();
    QByteArray expected = methodName(row().method).toByteArray() + ' ';
    for (qsizetype i = 0; i < row().segments.size(); ++i) {
        const QByteArray segment = row().segments[i];
        expected += '/';
        if (!isParameter(segment))
            expected += segment;
        else if (i == 1 && (first == "channels" || first == "guilds" || first == "webhooks"))
            expected += '{' + first.chopped(1) + '}';
        else
            expected += segment.contains("token") ? "{token}" : "{id}";
    }
    QCOMPARE(Endpoint(row().method, filled(row().segments)).route(), expected);
}

void tst_RouteTable::major()
{
    const Endpoint endpoint(row().method, filled(row().segments));
    const QByteArray first = row().segments.first();
    if (first == "interactions" || row().major.contains('+')) {
        const QByteArray start = first + "/1001/";
        QVERIFY(endpoint.majorResource().startsWith(start));
        QCOMPARE(endpoint.majorResource().size(), start.size() + 32);
    } else {
        QCOMPARE(endpoint.majorResource(), row().major == "none" ? QByteArray() : first + "/1001");
    }
}

void tst_RouteTable::exempt()
{
    const QByteArray path = filled(row().segments);
    const Endpoint endpoint(row().method, path);
    QCOMPARE(endpoint.isExemptFromGlobal(), row().exempt == "yes:interaction_callback");
    QCOMPARE(endpoint.isInteractionCallback(), endpoint.isExemptFromGlobal());
    if (row().exempt.contains("interaction_followup")) {
        const Endpoint followUp(row().method,
            QByteArray(path).replace("/1002", "/aW50ZXJhY3Rpb246MTEwMzA0OTQyMDkzMDU2ODMyMjpO"));
        QVERIFY(followUp.isExemptFromGlobal());
        QVERIFY(!followUp.isInteractionCallback());
    }
}

// Emoji, codes and names: whatever stands in a minor place, it is the same lane.
void tst_RouteTable::minorParametersTakeAnything()
{
    const Endpoint endpoint(row().method, filled(row().segments));
    for (const char *value : {"%F0%9F%98%8B", "PandaOhShit:863985751205085195", "hello",
             "AVeryLongCodeWith40CharactersOrEvenMoreOfThem", "*", "{id}"}) {
        QByteArrayList segments = row().segments;
        for (qsizetype i = 2; i < segments.size(); ++i) {
            if (isParameter(segments[i]) && !segments[i].contains("token"))
                segments[i] = value;
        }
        QCOMPARE(Endpoint(row().method, filled(segments)).lane(), endpoint.lane());
    }
}

void tst_RouteTable::allRoutesDiffer()
{
    QSet<QByteArray> routes;
    for (const Row &row : std::as_const(m_rows))
        routes.insert(Endpoint(row.method, filled(row.segments)).route());
    QCOMPARE(routes.size(), m_rows.size());
}

QTEST_GUILESS_MAIN(tst_RouteTable)
#include "tst_routetable.moc"
