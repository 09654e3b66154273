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
/// to; each side names its own. They are rounded down to microseconds.
class TURNSTILE_RATELIMIT_EXPORT MonitorCodec {
public:
    static QByteArray encode(const MonitorSubscribe &message);
    static QByteArray encode(const MonitorHello &message, TimePoint epoch);
    /// Within the bounds of MonitorProtocol for lists, which are the caller's to keep. Texts are
    /// cut to fit.
    static QByteArray encode(const MonitorUpdate &message, TimePoint epoch);
    static QByteArray encode(const MonitorHeartbeat &message, TimePoint epoch);
    static QByteArray encode(const MonitorGoodbye &message);
    static QByteArray encode(const MonitorRequest &message);
    static QByteArray encode(const MonitorResult &message);

    struct Decoded {
        MonitorMessage message;
        QString problem;             ///< a sentence for people; empty: there is none
        bool isIncompatible = false; ///< the problem is another major version
    };
    /// \a payload may be any bytes. What comes out is within the bounds of MonitorProtocol. Unknown
    /// keys are skipped, an unknown kind of message comes out as std::monostate.
    static Decoded decode(QByteArrayView payload, TimePoint epoch);
};

} // namespace Turnstile
