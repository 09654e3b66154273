// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Enums.h"
#include "ratelimit/core/Time.h"
#include "ratelimit/turnstile_testing_export.h"

#include <QtCore/QDebug>
#include <QtCore/QList>
#include <QtCore/QMap>
#include <QtCore/QString>

namespace Turnstile {

/// A request that came too early: it was answered with a 429.
struct Violation {
    TimePoint time;                     ///< when it arrived
    QString endpoint;                   ///< Endpoint::name(), without secrets
    LimitKind kind = LimitKind::Bucket; ///< the rule that it broke
    milliseconds tooEarly{0};           ///< how much later it would have passed, rounded up

    friend bool operator==(const Violation &, const Violation &) = default;
};

TURNSTILE_TESTING_EXPORT QDebug operator<<(QDebug debug, const Violation &violation);

/// What one bucket, that is one hash in one major resource, has seen.
struct BucketStats {
    quint64 passed = 0;  ///< requests that were not refused
    quint64 limited = 0; ///< 429s of any kind but the global one

    friend bool operator==(const BucketStats &, const BucketStats &) = default;
};

/// What a server has served, since it began or since resetStats().
///
/// A test of a client usually ends with `QCOMPARE(api.stats().violations, QList<Violation>())`,
/// which prints what was wrong.
struct TURNSTILE_TESTING_EXPORT ServerStats {
    quint64 requests = 0; ///< all of them, refused ones too
    /// Answers by HTTP status. ModelApi counts what it put on the wire, faults included.
    QMap<int, quint64> byStatus;
    /// 429s by kind. Scripted ones are not here: nobody broke a rule.
    QMap<LimitKind, quint64> limited;
    /// By `hash` or `hash:major`. Buckets that were idle for long may be missing when there are
    /// thousands.
    QMap<QString, BucketStats> buckets;
    /// The first 1000; \ref limited counts them all.
    QList<Violation> violations;
    /// Requests that met a scripted fault (ModelApi only).
    quint64 faults = 0;
    /// Connections that were opened (ModelApi only).
    quint64 connections = 0;
    /// How many of them were open at the same time at most (ModelApi only).
    int peakConnections = 0;

    /// All 429s that the rules caused.
    quint64 limitedTotal() const;
};

} // namespace Turnstile
