// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Endpoint.h"
#include "ratelimit/core/RatelimitHeaders.h"
#include "ratelimit/core/SchedulerOptions.h"
#include "ratelimit/core/TicketOptions.h"

#include <QtCore/QJsonArray>
#include <QtCore/QString>

#include <optional>
#include <vector>

namespace Turnstile::Sim {

/// Time since a scenario's start.
using Elapsed = std::chrono::nanoseconds;

/// A response as a scenario writes it.
struct ScriptedResponse {
    int status = 200;
    std::vector<std::pair<QByteArray, QByteArray>> headers;
    QByteArray body;

    RatelimitHeaders parse(WallTime now) const;
};

/// One thing that a scenario does.
struct Step {
    enum class Op : quint8 {
        Acquire, ///< `acquire`, and `acquire_many` with a \ref count
        Respond,
        Fail,
        Cancel,
        AskBucket,
        AskGlobal,
        AskStats,
        AskWaits,
        Parse,
        Key,
        Token,
        SetFlow,
        Sweep,
        Shutdown,
        End,
    };

    Op op = Op::End;
    Elapsed at{};
    QString name;             ///< `req`, `id` or `prefix`
    std::optional<int> count; ///< of acquire_many
    Endpoint endpoint;        ///< not valid: flow concerns everything
    TicketOptions options;
    bool cancelledBefore = false;
    ScriptedResponse response;
    bool retry = true; ///< a 429
    QString error;     ///< of fail
    Flow flow = Flow::Open;
    Credential credential; ///< of token
};

/// A story for the scheduler, and what is expected of it: one line of a scenario file.
///
/// The format is that of `docs/scenario-format.md`, and `docs/scenario-extensions.md` says what it
/// has beyond.
///
/// Without `response_timeout_ms` a granted request times out after 2 minutes, or later where the
/// last step is later: so no step comes too late that does not mean to. Without `latency_ms` an
/// automatic response takes 50 ms.
struct Scenario {
    static constexpr qsizetype maxLine = 4 << 20; ///< bytes
    static constexpr int maxSteps = 20'000;
    static constexpr int maxRequests = 200'000; ///< by all acquire and acquire_many
    static constexpr int maxExpanded = 8 << 20; ///< bytes, by all `repeat`
    static constexpr Elapsed maxTime = std::chrono::hours(24 * 366);

    QString id;
    QString title;
    QString level; ///< `must`, `should`, `policy` or empty
    QString note;
    SchedulerOptions options;
    struct AutoRespond {
        ScriptedResponse response;
        Elapsed latency = std::chrono::milliseconds(50);
    };
    std::optional<AutoRespond> autoRespond;
    QByteArray locale; ///< empty: as it is
    std::vector<Step> steps;
    QJsonArray expect; ///< as it stands: a checker's business

    /// Reads one line. Nothing when it cannot be understood in full; \a problem then says why.
    static std::optional<Scenario> parse(QByteArrayView line, QString *problem);
};

} // namespace Turnstile::Sim
