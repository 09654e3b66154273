// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/ticket/TicketChannel.h"
#include "tests/common/Rest.h"

#include <QtCore/QRegularExpression>
#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;

/// What a client says to a ratelimiter of somebody's own, which knows nothing of limits.
class tst_RestTicket : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void tellsHowLongToWait_data();
    void tellsHowLongToWait();
};

namespace {

/// Grants whatever it is asked for, and notes how it went.
class Granting : public Ratelimiter {
public:
    TicketReceiver *ticket(const Endpoint &, const TicketOptions &) override
    {
        TicketChannel made = channel();
        m_tickets.push_back(std::make_unique<TicketNotifier>(std::move(made.notifier)));
        grant(m_tickets.back().get());
        return made.receiver;
    }
    QFuture<std::optional<Bucket>> bucket(const Endpoint &) const override
    {
        return QtFuture::makeReadyFuture(std::optional<Bucket>());
    }
    QFuture<bool> has(const Endpoint &) const override { return QtFuture::makeReadyFuture(false); }
    QFuture<bool> isGloballyLocked() const override { return QtFuture::makeReadyFuture(false); }

    QList<TicketHeaders::Outcome> outcomes;

private:
    void grant(TicketNotifier *ticket)
    {
        m_headers.push_back(ticket->available());
        if (!m_headers.back())
            return;
        m_headers.back()->whenDone(this, [this, ticket](const TicketHeaders::Outcome &outcome) {
            outcomes << outcome;
            if (outcome.retry)
                grant(ticket);
        });
    }

    std::vector<std::unique_ptr<TicketNotifier>> m_tickets;
    std::vector<std::optional<TicketHeaders>> m_headers;
};

} // namespace

void tst_RestTicket::tellsHowLongToWait_data()
{
    QTest::addColumn<int>("status");
    QTest::newRow("429") << 429;
    QTest::newRow("503") << 503;
}

void tst_RestTicket::tellsHowLongToWait()
{
    QFETCH(int, status);
    Granting limiter;
    ScriptedServer server;
    server.answer(status, "Retry-After: 60\r\n");
    server.answer(200);
    RestClient client(&limiter);
    client.setBaseUrl(server.url());
    RestOptions options;
    options.repeatable = true;
    options.ticket.ordering = Ordering::Strict; // so that a failure keeps its ticket
    QVERIFY(resultOf(client.post(QStringLiteral("/a"), {}, options)));
    QTRY_COMPARE(limiter.outcomes.size(), 2);
    QVERIFY(limiter.outcomes.first().retry);
    QCOMPARE(limiter.outcomes.first().wait, 60s);
    QVERIFY(!limiter.outcomes.last().retry);
}

QTEST_GUILESS_MAIN(tst_RestTicket)
#include "tst_restticket.moc"
