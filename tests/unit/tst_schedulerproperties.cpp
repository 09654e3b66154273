// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Random traffic against a model of the server: whatever happens to it, the scheduler keeps its
// promises. A run that fails prints its seed; TURNSTILE_SEED=n runs that one alone,
// TURNSTILE_RUNS=n that many.
#include "ratelimit/core/Scheduler.h"
#include "ratelimit/testing/ServerModel.h"

#include <QtCore/QRandomGenerator>
#include <QtTest/QTest>
#include <queue>

#include <algorithm>

using namespace Turnstile;
using namespace std::chrono_literals;

static constexpr milliseconds clientTimeout = 8s;
static constexpr int ticketCount = 150;
static constexpr milliseconds whileLater = 2min; // when what was idle is folded

namespace {

struct Asked {
    TicketId id;
    int endpoint = 0;
    int grants = 0;
    bool ordered = false;
    bool onTheWire = false;
    bool backsOff = false; // failed, and waits to be sent again
    int pool = 0;
    std::optional<TicketState> end;
};

class World {
public:
    explicit World(quint32 seed)
        : m_random(seed)
        , m_scheduler(options())
    {
        setUpServer();
        for (const auto &[method, path] : std::initializer_list<std::pair<Method, const char *>>{
                 {Method::Post, "/channels/1/messages"}, {Method::Get, "/channels/1/messages"},
                 {Method::Post, "/channels/2/messages"}, {Method::Patch, "/channels/1"},
                 {Method::Get, "/guilds/3/roles"}, {Method::Put, "/guilds/3/members/4/roles/5"},
                 {Method::Post, "/webhooks/6/tok6"}, {Method::Get, "/gateway/bot"},
                 {Method::Post, "/interactions/7/tok7/callback"},
                 {Method::Post, "/interactions/8/tok8/callback"}})
            m_endpoints.emplace_back(method, path);
        for (int pool = 1; pool <= 2; ++pool) {
            m_connections.push_back(1 + pick(6));
            m_scheduler.setPool(PoolId{quint64(pool)}, m_connections.back(), m_now);
        }
        m_lossy = pick(2) == 0;
        m_jitter = pick(3) * 50;
        for (int i = 0; i < ticketCount; ++i)
            later((i % 3 == 0 ? whileLater : 0ms) + milliseconds(pick(6000)), [this] { ask(); });
        later(whileLater - 1s, [this] { m_folded = m_scheduler.size().folded; });
    }

    // An empty text: all promises were kept.
    QString run()
    {
        while (m_failure.isEmpty()) {
            const auto deadline = m_scheduler.nextDeadline();
            if (m_queue.empty() && !deadline)
                break;
            if (m_queue.empty() || (deadline && *deadline <= m_queue.top().at)) {
                m_turnsAtOnce = *deadline > m_now ? 0 : m_turnsAtOnce + 1;
                expect(m_turnsAtOnce < 1000, "a busy loop");
                m_now = std::max(m_now, *deadline);
                m_scheduler.advance(m_now);
            } else {
                const Event next = m_queue.top();
                m_queue.pop();
                m_now = next.at;
                next.action();
            }
            readEvents();
        }
        if (m_failure.isEmpty())
            checkEnd();
        return m_failure;
    }

    int requests() const { return m_arrived; }
    int folded() const { return m_folded; }

private:
    struct Event {
        TimePoint at;
        quint64 number;
        std::function<void()> action;
        bool operator<(const Event &other) const
        {
            return at != other.at ? at > other.at : number > other.number;
        }
    };

    SchedulerOptions options()
    {
        static constexpr int limits[]{0, 3, 10, 50};
        return {
            .ordering = Ordering(pick(3)), .globalLimit = limits[pick(4)], .responseTimeout = 20s};
    }

    void setUpServer()
    {
        const auto kind = [this] { return Quota::Window(pick(2)); };
        Quota global{m_scheduler.options().globalLimit, 1s, kind()};
        if (global.kind == Quota::Window::Fixed && pick(2) == 0)
            global.phase = milliseconds(pick(1000));
        m_server.setGlobalLimit(global);
        const auto rule = [this, &kind](const QByteArray &hash) {
            return BucketRule{.limit = 1 + pick(8),
                .window = milliseconds(300 + pick(5000)),
                .kind = kind(),
                .hash = hash};
        };
        m_server.setDefaultLimit(rule({}));
        // That two routes share a bucket has to be known: nobody can guess it.
        if (pick(2) == 0) {
            const QByteArray post = "POST /channels/{channel}/messages";
            const QByteArray get = "GET /channels/{channel}/messages";
            const BucketRule shared = rule("shared");
            m_server.setLimit(post, shared);
            m_server.setLimit(get, shared);
            m_scheduler.restore(
                std::vector<LearntRoute>{{post, "shared", {}}, {get, "shared", {}}}, m_now);
        }
        m_server.setLimit("PATCH /channels/{channel}", rule("edit"));
        m_server.setLimit("GET /gateway/bot", {.limit = 0});
        // Discord's answers to callbacks name no limit.
        m_server.setLimit("POST /interactions/{interaction}/{token}/callback", {.limit = 0});
    }

    int pick(int bound) { return int(m_random.bounded(bound)); }
    bool chance(int percent) { return pick(100) < percent; }
    milliseconds travel() { return milliseconds(20 + (m_jitter > 0 ? pick(m_jitter) : 0)); }
    void later(milliseconds wait, std::function<void()> action)
    {
        m_queue.push({m_now + wait, ++m_events, std::move(action)});
    }
    void trace(const char *what, size_t index, const QByteArray &more = {}) const
    {
        if (!m_traces)
            return;
        const auto now = std::chrono::duration<double, std::milli>(m_now - TimePoint(1h)).count();
        const Asked &ticket = m_tickets[index];
        qInfo("%8.1f %-7s %3d %s %s", now, what, int(index),
            qPrintable(m_endpoints[size_t(ticket.endpoint)].name()), more.constData());
    }
    void expect(bool holds, const char *what)
    {
        const auto now = std::chrono::duration_cast<milliseconds>(m_now.time_since_epoch());
        if (!holds && m_failure.isEmpty())
            m_failure = QStringLiteral("%1 at %2 ms").arg(QLatin1String(what)).arg(now.count());
    }

    void ask()
    {
        Asked asked;
        asked.endpoint = pick(int(m_endpoints.size()));
        TicketOptions ticket;
        ticket.priority = Priority(pick(3) - 1);
        asked.pool = pick(3); // the first is none
        ticket.pool = PoolId{quint64(asked.pool)};
        if (chance(10))
            ticket.deadline = milliseconds(pick(3000));
        const Endpoint &endpoint = m_endpoints[size_t(asked.endpoint)];
        asked.ordered =
            m_scheduler.options().ordering == Ordering::Automatic && endpoint.isOrdered();
        asked.id = m_scheduler.acquire(endpoint, ticket, m_now);
        m_tickets.push_back(asked);
        const size_t index = m_tickets.size() - 1;
        if (!chance(10))
            return;
        later(milliseconds(pick(4000)), [this, index] {
            if (!m_tickets[index].onTheWire)
                m_scheduler.cancel(m_tickets[index].id, m_now);
        });
    }

    void readEvents()
    {
        const auto span = m_scheduler.takeEvents();
        for (const Turnstile::Event &event : std::vector(span.begin(), span.end())) {
            if (event.type != Turnstile::Event::Type::TicketChanged)
                continue;
            const auto found = std::find_if(m_tickets.begin(), m_tickets.end(),
                [&event](const Asked &asked) { return asked.id == event.ticket; });
            if (found == m_tickets.end())
                return expect(false, "a word of an unknown ticket");
            expect(!found->end, "a word of a ticket that had ended");
            if (event.state == TicketState::Available)
                granted(size_t(found - m_tickets.begin()));
            else if (isFinal(event.state))
                found->end = event.state; // a deadline may strike while it backs off
        }
        const auto global = m_scheduler.globalState(m_now);
        expect(global.used >= 0, "a slot given back twice");
        expect(global.limit == 0 || global.used <= global.limit, "more slots taken than there are");
    }

    void granted(size_t index)
    {
        Asked &ticket = m_tickets[index];
        for (const Asked &other : m_tickets) {
            if (other.endpoint != ticket.endpoint || other.id >= ticket.id || other.end)
                continue;
            expect(other.grants > 0, "a ticket overtook another one of its lane");
            expect(!ticket.ordered || !other.onTheWire, "two at once in an ordered lane");
            expect(!other.backsOff, "a ticket overtook one that backs off");
        }
        ++ticket.grants;
        ticket.backsOff = false;
        const auto inFlight =
            std::count_if(m_tickets.begin(), m_tickets.end(), [&ticket](const Asked &other) {
                return &other != &ticket && other.pool == ticket.pool && other.onTheWire;
            });
        expect(ticket.pool == 0 || inFlight < m_connections[size_t(ticket.pool - 1)],
            "more in flight than there are connections");
        trace("granted", index);
        if (chance(4)) { // never sent, and said so
            later(milliseconds(pick(100)), [this, index] {
                m_scheduler.complete(m_tickets[index].id, Response::unused(), m_now);
            });
            return;
        }
        if (m_lossy && chance(1)) // never spoken of again
            return;
        ticket.onTheWire = true;
        if (m_lossy && chance(2))
            giveUpLater(index);
        else
            later(travel(), [this, index] { arrive(index); });
    }

    void giveUpLater(size_t index)
    {
        later(clientTimeout, [this, index] {
            trace("lost", index);
            m_tickets[index].onTheWire = false;
            m_scheduler.complete(m_tickets[index].id, Response::lost(), m_now);
        });
    }

    void arrive(size_t index)
    {
        ++m_arrived;
        const ServerDecision decision =
            m_server.decide(m_endpoints[size_t(m_tickets[index].endpoint)], m_now);
        trace("arrived", index,
            QByteArray::number(decision.status) + ' ' + QByteArray::number(decision.remaining) + '/'
                + QByteArray::number(decision.limit));
        const bool isGlobal = decision.limitedBy == LimitKind::Global;
        expect(decision.status != 429, isGlobal ? "a global 429" : "a 429 of a bucket");
        if (m_lossy && chance(2))
            return giveUpLater(index);
        later(travel(), [this, index, reply = m_server.reply(decision)] {
            std::vector<HeaderField> fields;
            for (const auto &[name, value] : reply.headers)
                fields.push_back({name, value});
            trace("answer", index,
                reply.header("x-ratelimit-remaining").value_or("-") + " reset after "
                    + reply.header("x-ratelimit-reset-after").value_or("-"));
            const auto headers = RatelimitHeaders::parse(reply.status, fields, reply.body, {});
            m_tickets[index].onTheWire = false;
            if (chance(3)) {
                trace("fails", index);
                m_tickets[index].backsOff = true;
                m_scheduler.retry(m_tickets[index].id, Response::answered(headers), m_now,
                    milliseconds(1 + pick(1000)));
                return;
            }
            expect(m_scheduler.complete(m_tickets[index].id, Response::answered(headers), m_now),
                "nobody waited for an answer that came in time");
        });
    }

    void checkEnd()
    {
        for (const Asked &ticket : m_tickets)
            expect(ticket.end.has_value(), "a ticket that never ends");
        const auto size = m_scheduler.size();
        expect(size.queued == 0 && size.inFlight == 0, "tickets left");
        expect(size.lanes == 0 && size.buckets == 0, "memory left");
        expect(m_scheduler.globalState(m_now).used == 0, "a slot left");
    }

    QRandomGenerator m_random;
    Scheduler m_scheduler;
    ServerModel m_server;
    std::vector<Endpoint> m_endpoints;
    std::vector<Asked> m_tickets;
    std::priority_queue<Event> m_queue;
    TimePoint m_now{1h};
    quint64 m_events = 0;
    QString m_failure;
    std::vector<int> m_connections; // of each pool
    int m_turnsAtOnce = 0;
    int m_arrived = 0;
    int m_folded = 0;
    int m_jitter = 0;
    bool m_lossy = false;
    const bool m_traces = qEnvironmentVariableIsSet("TURNSTILE_TRACE");
};

} // namespace

class SchedulerPropertiesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keepsItsPromises()
    {
        bool isOne = false, isMany = false;
        const int one = qEnvironmentVariableIntValue("TURNSTILE_SEED", &isOne);
        const int many = qEnvironmentVariableIntValue("TURNSTILE_RUNS", &isMany);
        const int first = isOne ? one : 1;
        const int last = isOne ? one : isMany ? many : 300;
        int requests = 0;
        int folded = 0;
        for (int seed = first; seed <= last; ++seed) {
            World world{quint32(seed)};
            const QString failure = world.run();
            QVERIFY2(failure.isEmpty(),
                qPrintable(QStringLiteral("seed %1: %2").arg(seed).arg(failure)));
            requests += world.requests();
            folded += world.folded();
        }
        QVERIFY(requests > (last - first + 1) * ticketCount / 2); // there was traffic
        QVERIFY(folded > last - first);
    }
};

QTEST_GUILESS_MAIN(SchedulerPropertiesTest)
#include "tst_schedulerproperties.moc"
