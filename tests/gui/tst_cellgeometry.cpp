// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/CellGeometry.h"

#include <QtTest/QtTest>

using namespace Turnstile::Monitor;

/// Where pips, bars and lines go.
class TestCellGeometry : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void showsTokensAsPips_data();
    void showsTokensAsPips();
    void showsManyTokensAsABar();
    void keepsEverythingInsideTheCell_data();
    void keepsEverythingInsideTheCell();
    void showsTicketsThatFit_data();
    void showsTicketsThatFit();
    void shrinksTheBar();
    void drawsValuesToScale();

private:
    const QRectF cell{100, 38, 143, 37};
};

void TestCellGeometry::showsTokensAsPips_data()
{
    QTest::addColumn<int>("filled");
    QTest::addColumn<int>("total");
    QTest::newRow("none left") << 0 << 5;
    QTest::newRow("some") << 3 << 5;
    QTest::newRow("all") << 10 << 10;
    QTest::newRow("one") << 1 << 1;
}

void TestCellGeometry::showsTokensAsPips()
{
    QFETCH(int, filled);
    QFETCH(int, total);
    const PipLayout layout = layoutTokens(cell, filled, total);
    QVERIFY(layout.bar.isNull());
    QCOMPARE(int(layout.pips.size()), total);
    for (int i = 0; i < total; ++i)
        QCOMPARE(layout.pips[size_t(i)].filled, i < filled);
    for (size_t i = 1; i < layout.pips.size(); ++i)
        QVERIFY(layout.pips[i].rect.left() > layout.pips[i - 1].rect.right());
    QVERIFY(layout.text.left() > layout.pips.back().rect.right());
    QCOMPARE(layout.pips[0].rect.center().y(), cell.center().y());
}

void TestCellGeometry::showsManyTokensAsABar()
{
    const PipLayout layout = layoutTokens({0, 0, 400, 37}, 25, 50);
    QVERIFY(layout.pips.empty());
    QCOMPARE(layout.barFilled, 0.5);
    QVERIFY(layout.text.left() > layout.bar.right());
    QCOMPARE(layoutTokens({0, 0, 400, 37}, 3, 20).pips.size(), size_t(20));
    QVERIFY(layoutTokens({0, 0, 400, 37}, 3, 21).pips.empty());
    QCOMPARE(layoutTokens({0, 0, 400, 37}, 0, 0).pips.size(), size_t(0));
}

void TestCellGeometry::keepsEverythingInsideTheCell_data()
{
    QTest::addColumn<int>("inFlight");
    QTest::addColumn<int>("queued");
    QTest::newRow("none") << 0 << 0;
    QTest::newRow("few") << 1 << 7;
    QTest::newRow("many wait") << 3 << 100'000;
    QTest::newRow("many fly") << 1000 << 0;
    QTest::newRow("many both") << 1000 << 1000;
}

void TestCellGeometry::keepsEverythingInsideTheCell()
{
    QFETCH(int, inFlight);
    QFETCH(int, queued);
    const PipLayout layout = layoutTickets(cell, inFlight, queued);
    for (const PipLayout::Pip &pip : layout.pips)
        QVERIFY(cell.contains(pip.rect));
    QVERIFY(cell.contains(layout.text));
    QVERIFY(layout.text.width() >= 60);
}

void TestCellGeometry::showsTicketsThatFit_data()
{
    QTest::addColumn<int>("inFlight");
    QTest::addColumn<int>("queued");
    QTest::addColumn<QString>("pips"); // f: in flight, q: queued
    QTest::newRow("none") << 0 << 0 << QString();
    QTest::newRow("in flight first") << 2 << 3 << QStringLiteral("ffqqq");
    QTest::newRow("as many as fit") << 1 << 100 << QStringLiteral("fqqqqq");
    QTest::newRow("a waiting one is seen") << 100 << 1 << QStringLiteral("fffffq");
    QTest::newRow("only in flight") << 100 << 0 << QStringLiteral("ffffff");
}

void TestCellGeometry::showsTicketsThatFit()
{
    QFETCH(int, inFlight);
    QFETCH(int, queued);
    QString pips;
    for (const PipLayout::Pip &pip : layoutTickets(cell, inFlight, queued).pips)
        pips += pip.filled ? u'f' : u'q';
    QTEST(pips, "pips");
}

void TestCellGeometry::shrinksTheBar()
{
    QCOMPARE(layoutReset(cell, 0.5).fill.width(), layoutReset(cell, 1).track.width() / 2);
    QCOMPARE(layoutReset(cell, 0).fill.width(), 0.0);
    QCOMPARE(layoutReset(cell, 2).fill, layoutReset(cell, 2).track);
    QVERIFY(layoutReset(cell, 1).text.left() > layoutReset(cell, 1).track.right());
}

void TestCellGeometry::drawsValuesToScale()
{
    const QRectF area(10, 20, 100, 18);
    const std::array<float, 3> values{0, 4, 2};
    QCOMPARE(sparkline(area, values), QPolygonF({{10, 38}, {60, 20}, {110, 29}}));
    QCOMPARE(sparkline(area, values, 8), QPolygonF({{10, 38}, {60, 29}, {110, 33.5}}));
    const std::array<float, 2> zeros{};
    QCOMPARE(sparkline(area, zeros), QPolygonF(QList<QPointF>{{10, 38}, {110, 38}}));
    QVERIFY(sparkline(area, {}).isEmpty());
}

QTEST_APPLESS_MAIN(TestCellGeometry)
#include "tst_cellgeometry.moc"
