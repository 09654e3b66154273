// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeTries.h"
#include "monitor-app/models/TicketText.h"

#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;
using Fake::Life;

class TestTicketText : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void describesATry_data();
    void describesATry();
};

void TestTicketText::describesATry_data()
{
    QTest::addColumn<TicketTry>("held");
    QTest::addColumn<QString>("text");
    const TimePoint zero(1000s);
    const auto row = [&](const char *name, const Life &life, WaitReason reason,
                         const QString &text) {
        TicketTry held = Fake::made(10'482, zero, life);
        held.reason = reason;
        QTest::newRow(name) << held << QStringLiteral("#10482 POST /channels/…/messages · ") + text;
    };
    row("completed", {0s, 3100ms, 3184ms}, WaitReason::Bucket,
        QStringLiteral(
            "waited 3.1 s for the bucket's window, then 84 ms on its way · completed 200"));
    row("at once", {0s, 0s, 84ms}, WaitReason::None,
        QStringLiteral("84 ms on its way, without a wait · completed 200"));
    row("in flight", {0s, 1s, {}}, WaitReason::None,
        QStringLiteral("waited 1.0 s, on its way for 3.0 s · in flight"));
    row("waits", {1s, {}, {}}, WaitReason::None,
        QStringLiteral("has waited 3.0 s for the global limit · queued"));
    row("cancelled", {0s, {}, 2s, TicketState::Cancelled}, WaitReason::Order,
        QStringLiteral("waited 2.0 s for older tickets · cancelled"));
    row("lost", {0s, 1s, 2s, TicketState::Lost}, WaitReason::None,
        QStringLiteral("waited 1.0 s, then 1.0 s on its way · lost, no answer came"));
    row("not told", {0s, 1s, 2s, TicketState::InFlight}, WaitReason::None,
        QStringLiteral("waited 1.0 s, then at most 1.0 s on its way · its end was not told"));
    TicketTry again = Fake::made(7, zero, {0s, 1s, 2s, TicketState::Completed, 429});
    again.attempt = 2;
    QTest::newRow("again") << again
                           << QStringLiteral("#7 POST /channels/…/messages · try 2 · waited 1.0 s, "
                                             "then 1.0 s on its way · completed 429");
    TicketTry rejected = Fake::made(7, zero, {0s, {}, 0s, TicketState::Rejected});
    rejected.error = TicketError::Code::Draining;
    QTest::newRow("rejected") << rejected
                              << QStringLiteral("#7 POST /channels/…/messages · rejected: ")
            + TicketError::of(TicketError::Code::Draining).message;
}

void TestTicketText::describesATry()
{
    QFETCH(const TicketTry, held);
    QTEST(describe(held, TimePoint(1004s), WaitReason::Global), "text");
}

QTEST_GUILESS_MAIN(TestTicketText)
#include "tst_tickettext.moc"
