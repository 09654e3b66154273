// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestTexts.h"
#include "ratelimit/http/RestVerdict.h"

#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;
using Code = RestError::Code;
using Next = RestVerdict::Next;

/// What is done after each outcome of an attempt.
class tst_RestVerdict : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void ofAnswers_data();
    void ofAnswers();
    void ofFaults_data();
    void ofFaults();
    void countsTries();
    void heedsRetryAfter();
    void keepsTicketsOfWhatItMayRetry();
};

namespace {

const RestJudge repeatable{.policy = {.maxAttempts = 3, .maxRateLimited = 2}, .repeatable = true};
const RestJudge once{.policy = repeatable.policy, .repeatable = false};

RestVerdict verdictOf(const RestJudge &judge, int status, const RestTries &tries = {},
    std::optional<milliseconds> retryAfter = {})
{
    RestOutcome outcome;
    outcome.result.status = status;
    const RestError refusal = status >= 400 ? answerError(status, {}, {}) : RestError();
    return judge.judge(outcome, tries, refusal, retryAfter, 1);
}

RestVerdict verdictOf(const RestJudge &judge, Code code, bool sent, int status = 0)
{
    RestOutcome outcome;
    outcome.sent = sent;
    outcome.result.status = status;
    outcome.result.error = restError(code, QStringLiteral("So."));
    return judge.judge(outcome, {}, {}, {}, 1);
}

} // namespace

void tst_RestVerdict::ofAnswers_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<Next>("next");
    QTest::addColumn<Next>("nextOfPost");
    QTest::addColumn<Code>("code");
    const auto add = [](int status, Next next, Next ofPost, Code code) {
        QTest::addRow("%d", status) << status << next << ofPost << code;
    };
    for (const int status : {200, 201, 204, 206, 299, 304})
        add(status, Next::Finish, Next::Finish, Code::None);
    for (const int status : {301, 302, 303, 307, 308})
        add(status, Next::Redirect, Next::Redirect, Code::None);
    for (const int status : {300, 305, 399})
        add(status, Next::Finish, Next::Finish, Code::RedirectRefused);
    for (const int status : {400, 401, 403, 404, 408, 409, 425, 499})
        add(status, Next::Finish, Next::Finish, Code::ClientError);
    add(429, Next::Wait, Next::Wait, Code::RateLimited);
    for (const int status : {500, 502, 503, 504, 520, 521, 522, 523, 524})
        add(status, Next::Retry, Next::Finish, Code::ServerError);
    for (const int status : {501, 505, 511, 525, 530, 599, 999})
        add(status, Next::Finish, Next::Finish, Code::ServerError);
}

void tst_RestVerdict::ofAnswers()
{
    QFETCH(int, status);
    QFETCH(Next, next);
    QFETCH(Next, nextOfPost);
    QFETCH(Code, code);
    QCOMPARE(verdictOf(repeatable, status).next, next);
    QCOMPARE(verdictOf(repeatable, status).error.code, code);
    QCOMPARE(verdictOf(once, status).next, nextOfPost);
    QCOMPARE(verdictOf(once, status).error.code, code);
}

void tst_RestVerdict::ofFaults_data()
{
    QTest::addColumn<Code>("code");
    QTest::addColumn<bool>("passes");
    QTest::newRow("connection") << Code::ConnectionFailed << true;
    QTest::newRow("timeout") << Code::TimedOut << true;
    QTest::newRow("tls") << Code::TlsFailed << false;
    QTest::newRow("too large") << Code::ResponseTooLarge << false;
    QTest::newRow("download") << Code::DownloadFailed << false;
    QTest::newRow("bad request") << Code::BadRequest << false;
}

void tst_RestVerdict::ofFaults()
{
    QFETCH(Code, code);
    QFETCH(bool, passes);
    const Next safe = passes ? Next::Retry : Next::Finish;
    QCOMPARE(verdictOf(repeatable, code, true).next, safe);
    QCOMPARE(verdictOf(repeatable, code, true, 200).next, safe); // broke off
    QCOMPARE(verdictOf(once, code, false).next, safe);
    QCOMPARE(verdictOf(once, code, true).next, Next::Finish);
    QCOMPARE(verdictOf(once, code, true, 200).next, Next::Finish);
    QCOMPARE(verdictOf(once, code, true).error.code, code);
}

void tst_RestVerdict::countsTries()
{
    QCOMPARE(verdictOf(repeatable, 502, {.failures = 1}).next, Next::Retry);
    QCOMPARE(verdictOf(repeatable, 502, {.failures = 1}).wait, 1s); // the second back-off
    QCOMPARE(verdictOf(repeatable, 502, {.failures = 2}).next, Next::Finish);
    QCOMPARE(verdictOf(repeatable, 502, {.limited = 100}).next, Next::Retry);
    QCOMPARE(verdictOf(once, 429, {.limited = 1}).next, Next::Wait);
    QCOMPARE(verdictOf(once, 429, {.limited = 2}).next, Next::Finish);
    QCOMPARE(verdictOf(once, 429, {.failures = 100}).next, Next::Wait);
    QCOMPARE(verdictOf(once, 308, {.redirects = 4}).next, Next::Redirect);
    QCOMPARE(verdictOf(once, 308, {.redirects = 5}).error.code, Code::RedirectRefused);
}

void tst_RestVerdict::heedsRetryAfter()
{
    QCOMPARE(verdictOf(repeatable, 503, {}, 60s).next, Next::Retry);
    QCOMPARE(verdictOf(repeatable, 503, {}, 60s).wait, 60s);
    QCOMPARE(verdictOf(repeatable, 503, {}, 1ms).wait, 500ms); // no shorter back-off
    QCOMPARE(verdictOf(repeatable, 503, {}, 301s).next, Next::Finish);
    QCOMPARE(verdictOf(repeatable, 429, {}, 3h).wait, 3h); // the limiter's to decide
    QCOMPARE(verdictOf(repeatable, 429).wait, 0ms);
}

void tst_RestVerdict::keepsTicketsOfWhatItMayRetry()
{
    QVERIFY(repeatable.mayRetry(502, {}));
    QVERIFY(!repeatable.mayRetry(502, {.failures = 2}));
    QVERIFY(!once.mayRetry(502, {}));
    QVERIFY(once.mayRetry(429, {}));
    for (const int status : {200, 302, 404, 501})
        QVERIFY(!repeatable.mayRetry(status, {}));
}

QTEST_GUILESS_MAIN(tst_RestVerdict)
#include "tst_restverdict.moc"
