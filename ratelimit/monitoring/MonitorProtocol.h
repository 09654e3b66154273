// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/monitoring/MonitorUpdate.h"

#include <QtCore/QString>

#include <variant>

/// \file
/// What a bot and a monitor say to each other, but for the updates; `docs/monitor-protocol.md` has
/// it as bytes.

namespace Turnstile {

/// Numbers that both sides must agree on. Those of the updates are bounds: no message is larger.
struct MonitorProtocol {
    static constexpr int majorVersion = 1; ///< another one cannot be read
    static constexpr int minorVersion = 1; ///< another one can: unknown keys are skipped

    static constexpr qsizetype mostToClient = 4 * 1024 * 1024; ///< bytes of a frame's payload
    static constexpr qsizetype mostToPublisher = 64 * 1024;    ///< the same, the other way

    static constexpr int mostItems = 65'536;        ///< in one list
    static constexpr qsizetype mostText = 1024;     ///< UTF-16 units of a text; more are cut off
    static constexpr qsizetype mostNameText = 200;  ///< the same of an endpoint's name
    static constexpr qsizetype mostIdBytes = 256;   ///< of a bucket's hash or major resource
    static constexpr qsizetype mostTokenText = 256; ///< of a TCP token; a longer one is refused

    static constexpr milliseconds shortestInterval{33};    ///< between two updates
    static constexpr milliseconds longestInterval{60'000}; ///< between two updates
    static constexpr milliseconds heartbeatInterval{1000}; ///< between two signs of life
    static constexpr milliseconds silenceTimeout{5000}; ///< without a word, the other side is gone
};

/// The first word of a monitor, and later ones to change the interval.
struct MonitorSubscribe {
    int majorVersion = MonitorProtocol::majorVersion;          ///< that the monitor speaks
    int minorVersion = MonitorProtocol::minorVersion;          ///< that the monitor speaks
    milliseconds interval = MonitorProtocol::shortestInterval; ///< at least, between two updates
    QString token;                                             ///< for TCP; never told
};

/// The bot's answer. It comes again when a fact in it has changed.
struct MonitorHello {
    int majorVersion = MonitorProtocol::majorVersion; ///< that the bot speaks
    int minorVersion = MonitorProtocol::minorVersion; ///< that the bot speaks
    QString application;                              ///< see MonitorPublisher::setApplication()
    qint64 pid = 0;                                   ///< of the bot's process
    QString limiter;                                  ///< the class of the ratelimiter
    /// Random, of 63 bits; another one means that known ids mean nothing any more.
    quint64 instance = 0;
    WallTime startedAt{};        ///< when the publisher was made
    TimePoint at;                ///< when this was sent
    bool controlAllowed = false; ///< whether a MonitorCommand may be done
    int globalLimit = 0;         ///< SchedulerOptions::globalLimit
};

/// Comes each second, so that silence tells something.
struct MonitorHeartbeat {
    TimePoint at; ///< when this was sent
};

/// The last word of a bot.
struct MonitorGoodbye {
    bool isFinal = false; ///< to come again is of no use
    QString reason;       ///< a sentence for people
};

/// A command that MonitorResult answers.
struct MonitorRequest {
    quint64 number = 0;     ///< chosen by the monitor, to know the answer by
    MonitorCommand command; ///< what is to be done
};

/// The answer to a MonitorRequest, when it was done or refused.
struct MonitorResult {
    quint64 number = 0; ///< of the request
    QString problem;    ///< why it was not done; empty: it was
};

/// Any message. std::monostate: one of a newer minor version, to be ignored.
using MonitorMessage = std::variant<std::monostate, MonitorHello, MonitorSubscribe, MonitorUpdate,
    MonitorHeartbeat, MonitorGoodbye, MonitorRequest, MonitorResult>;

} // namespace Turnstile
