// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "tests/common/RestBench.h"
#include "tests/common/RestBodies.h"

// What the tests of the fault matrix share.
namespace Matrix {

using namespace Turnstile;
using namespace std::chrono_literals;
using Code = RestError::Code;
using Kind = Fault::Kind;

/// How a request is made.
enum class What { Get, Post, Multipart };

inline constexpr int limit = 20;               // in a window that does not end here
inline constexpr milliseconds limited = 100ms; // what a 429 asks for
inline constexpr milliseconds soon = 300ms;    // a short timeout; a usual answer takes far less

/// What must come of a request that meets a fault.
struct End {
    Code code = Code::None;
    int status = 200;
    int attempts = 1;
    int arrived = 1; // how often the server got it
    const char *tickets = "Completed";
    int remaining = limit - 2; // tokens; the first of them went before
};

inline const QString matrixPath = QStringLiteral("/channels/1/messages");

inline RestReply *send(RestBench &bench, What what, const RestOptions &options = {})
{
    switch (what) {
    case What::Get:
        return bench.client.get(matrixPath, options);
    case What::Post:
        return bench.client.post(
            matrixPath, QJsonObject{{QStringLiteral("content"), QStringLiteral("hello")}}, options);
    case What::Multipart:
        return bench.client.post(matrixPath, RestBody::multipart(onePart), options);
    }
    return nullptr;
}

inline const char *nameOf(What what)
{
    return what == What::Get ? "GET" : what == What::Post ? "POST" : "multipart POST";
}

/// A row for each of them.
inline void methodRows()
{
    QTest::addColumn<What>("what");
    for (const What what : {What::Get, What::Post, What::Multipart})
        QTest::newRow(nameOf(what)) << what;
}

/// The first request opens a connection and teaches the limit: one token is gone.
inline void begin(RestBench &bench, What what, milliseconds window = std::chrono::minutes(10))
{
    bench.api.setDefaultLimit({.limit = limit, .window = window});
    bench.client.setMaxResponseSize(4096);
    bench.client.setTimeouts({.connect = 10s, .response = 10s});
    QVERIFY(bench.listen());
    QVERIFY(RestBench::resultOf(send(bench, what)));
    QCOMPARE(bench.ends(), "Completed");
    QCOMPARE(bench.tokensLeft(), limit - 1);
    bench.forget();
}

/// Nothing is left over, and the next request is served.
inline void checkFollowing(RestBench &bench, What what)
{
    bench.api.clearFaults();
    bench.forget();
    const RestResult next = RestBench::resultOf(send(bench, what));
    QVERIFY2(next, qPrintable(next.error.message));
    QCOMPARE(next.attempts, 1);
    QCOMPARE(next.resent, 0);
    QCOMPARE(bench.api.requests().size(), 1);
    QCOMPARE(bench.ends(), "Completed");
    const auto bucket = bench.bucket();
    QVERIFY(bucket);
    QCOMPARE(bucket->inFlight, 0);
    QCOMPARE(bucket->queued, 0);
    // The server's numbers overrule.
    QCOMPARE(bench.tokensLeft(), next.header("X-RateLimit-Remaining").toInt());
}

} // namespace Matrix

Q_DECLARE_METATYPE(Matrix::What)
Q_DECLARE_METATYPE(Matrix::End)
