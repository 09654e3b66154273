// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// A RestClient finishes its work on servers that speak otherwise than Discord's, and draws no more
// 429s than it has to.
#include "tests/common/RestBench.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QRegularExpression>
#include <QtNetwork/QNetworkReply>

using namespace Turnstile;
using namespace std::chrono_literals;

namespace {

constexpr int channels = 2;
constexpr int buckets = 2 * channels; // GET and POST of each
constexpr int perBucket = 12;
constexpr int limit = 5;
constexpr milliseconds window = 300ms;
constexpr int refusedEach = 24; // one request of so many is refused, whatever the limits say

struct Dialogue {
    const char *name = "";
    Dialects dialects = {};
};
const Dialogue dialogues[] = {
    {"Discord's", {}},
    {"reset in milliseconds", Dialect::ResetInMilliseconds},
    {"remaining before", Dialect::RemainingBefore},
    {"growing wait", Dialect::GrowingWait},
    {"no bucket", Dialect::NoBucket},
    {"no reset-after", Dialect::NoResetAfter},
    {"no via", Dialect::NoVia},
    {"global false", Dialect::GlobalFalse},
    {"decimal retry-after", Dialect::DecimalRetryAfter},
    {"doubled retry-after", Dialect::DoubledRetryAfter},
    {"reset in milliseconds alone", Dialect::ResetInMilliseconds | Dialect::NoResetAfter},
    {"decimal retry-after, doubled", Dialect::DecimalRetryAfter | Dialect::DoubledRetryAfter},
    {"all at once",
        Dialect::ResetInMilliseconds | Dialect::RemainingBefore | Dialect::GrowingWait
            | Dialect::NoBucket | Dialect::NoResetAfter | Dialect::NoVia | Dialect::GlobalFalse
            | Dialect::DecimalRetryAfter | Dialect::DoubledRetryAfter},
};

QString pathOf(int channel)
{
    return QStringLiteral("/channels/%1/messages").arg(channel);
}

/// A bot on a server with one dialect.
class Bot : public RestBench {
public:
    explicit Bot(Dialects dialects)
    {
        api.setDialects(dialects);
        api.setDefaultLimit({.limit = limit, .window = window});
        api.setGlobalLimit({});
        api.setHandler([this](const ApiRequest &request) {
            if (request.endpoint.method() == Method::Post)
                order[request.endpoint.lane()].append(request.body.toInt());
            return ServerReply();
        });
        QObject::connect(&limiter, &Ratelimiter::rateLimited, &client, [this] { ++rateLimited; });
        listen();
    }

    /// Somebody else with the same token spends all there is, so that the bot meets 429s that the
    /// limits cause. Then it works.
    void begin()
    {
        for (int i = 0; i < buckets * limit; ++i) {
            QNetworkRequest request(QUrl(client.baseUrl().toString() + pathOf(i % channels)));
            request.setRawHeader("Authorization", "Bot abc");
            request.setHeader(QNetworkRequest::ContentTypeHeader, QByteArray("text/plain"));
            const bool isGet = i % buckets < channels;
            QNetworkReply *reply =
                isGet ? m_others.get(request) : m_others.post(request, QByteArray("-1"));
            QObject::connect(reply, &QNetworkReply::finished, &client, [this] {
                if (++m_spent == buckets * limit)
                    work();
            });
        }
    }
    bool isDone() const { return finished == buckets * perBucket; }

    std::map<QByteArray, QList<int>> order; // of what POSTs said
    int finished = 0;
    int succeeded = 0;
    int rateLimited = 0;
    milliseconds took{0};

private:
    void work()
    {
        forget();
        m_clock.start();
        order.clear();
        api.addFault({.kind = Fault::Kind::GlobalLimit, .every = 10, .retryAfter = window});
        api.addFault({.kind = Fault::Kind::RateLimit,
            .times = Fault::always,
            .every = refusedEach,
            .retryAfter = window});
        for (int i = 0; i < perBucket; ++i) {
            for (int channel = 0; channel < channels; ++channel) {
                follow(client.get(pathOf(channel)));
                follow(client.post(pathOf(channel), RestBody::bytes(QByteArray::number(i))));
            }
        }
    }
    void follow(RestReply *reply)
    {
        QObject::connect(reply, &RestReply::finished, &client, [this, reply] {
            ++finished;
            took = milliseconds(m_clock.elapsed());
            succeeded += reply->error() ? 0 : 1;
        });
    }

    QNetworkAccessManager m_others;
    int m_spent = 0;
    QElapsedTimer m_clock;
};

} // namespace

class tst_RestDialects : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }
    void finishes_data();
    void finishes();

private:
    std::vector<std::unique_ptr<Bot>> m_bots; // one for each dialogue, all at the same time
};

void tst_RestDialects::initTestCase()
{
    for (const Dialogue &dialogue : dialogues)
        m_bots.push_back(std::make_unique<Bot>(dialogue.dialects));
    for (const auto &bot : m_bots)
        bot->begin();
}

void tst_RestDialects::finishes_data()
{
    QTest::addColumn<int>("index");
    for (int i = 0; i < int(std::size(dialogues)); ++i)
        QTest::newRow(dialogues[i].name) << i;
}

// Somebody else has spent all tokens, which nobody could know: the first request of each bucket is
// refused. All the others that are, are scripted.
void tst_RestDialects::finishes()
{
    QFETCH(int, index);
    Bot &bot = *m_bots.at(size_t(index));
    QTRY_VERIFY_WITH_TIMEOUT(bot.isDone(), 20000);
    QCOMPARE(bot.succeeded, buckets * perBucket);
    const int scripted = int(bot.api.stats().faults);
    QVERIFY(scripted > 1);
    qInfo("%d of 429, %d of them scripted, within %d ms", bot.rateLimited, scripted,
        int(bot.took.count()));
    QVERIFY(bot.rateLimited - scripted <= buckets);
    QCOMPARE(bot.api.requests().size(), buckets * perBucket + bot.rateLimited);
    for (const auto &[lane, order] : bot.order)
        QVERIFY(std::is_sorted(order.begin(), order.end()));
    QCOMPARE(bot.order.size(), size_t(channels));
    QVERIFY(!bot.ends().contains('-'));
    const auto left = bot.limiter.buckets();
    for (const Bucket &bucket : left)
        QVERIFY(bucket.inFlight == 0 && bucket.queued == 0);
}

QTEST_GUILESS_MAIN(tst_RestDialects)
#include "tst_restdialects.moc"
