// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/monitoring/MonitorProtocol.h"
#include "ratelimit/turnstile_ratelimit_export.h"

#include <QtCore/QByteArray>

namespace Turnstile {

/// Messages of the monitor's protocol to and from bytes: the payloads of frames, in CBOR. Knows no
/// socket and no clock.
///
/// Times are sent in microseconds since the publisher's epoch, which is any moment that it keeps
/// to; each side names its own. They are rounded down to microseconds. All functions may be called
/// in any thread. `docs/monitor-protocol.md` has the bytes.
class TURNSTILE_RATELIMIT_EXPORT MonitorCodec {
public:
    /// The payload of a monitor's first word, or of a new interval.
    static QByteArray encode(const MonitorSubscribe &message);
    /// The payload of a bot's first word, with times counted from \a epoch.
    static QByteArray encode(const MonitorHello &message, TimePoint epoch);
    /// The payload of news, with times counted from \a epoch. Within the bounds of MonitorProtocol
    /// for lists, which are the caller's to keep. Texts are cut to fit.
    static QByteArray encode(const MonitorUpdate &message, TimePoint epoch);
    /// The payload of a sign of life, with its time counted from \a epoch.
    static QByteArray encode(const MonitorHeartbeat &message, TimePoint epoch);
    /// The payload of a bot's last word.
    static QByteArray encode(const MonitorGoodbye &message);
    /// The payload of a command.
    static QByteArray encode(const MonitorRequest &message);
    /// The payload of a command's answer.
    static QByteArray encode(const MonitorResult &message);

    /// What decode() makes of a payload.
    struct Decoded {
        MonitorMessage message;      ///< std::monostate where there is a problem
        QString problem;             ///< a sentence for people; empty: there is none
        bool isIncompatible = false; ///< the problem is another major version
    };
    /// Reads a payload, with times counted from \a epoch; \a payload may be any bytes. What comes
    /// out is within the bounds of MonitorProtocol. Unknown keys are skipped, an unknown kind of
    /// message comes out as std::monostate.
    static Decoded decode(QByteArrayView payload, TimePoint epoch);
};

} // namespace Turnstile
