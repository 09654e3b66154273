// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/TicketError.h"
#include "ratelimit/turnstile_ratelimit_export.h"

#include <QtCore/QDebug>
#include <QtCore/QObject>
#include <QtCore/QString>
#include <QtNetwork/QNetworkReply>

namespace Turnstile {

/// Why a request of a RestClient came to nothing.
struct TURNSTILE_RATELIMIT_EXPORT RestError {
    Q_GADGET
public:
    /// What went wrong.
    enum class Code : quint8 {
        None,             ///< nothing
        Cancelled,        ///< its owner gave it up, or the client was destroyed
        NotGranted,       ///< no ticket: \ref ticket says why
        BadRequest,       ///< not sent: the path, the base, the body or a header cannot be used
        TimedOut,         ///< one of RestTimeouts struck, the last time for good
        ConnectionFailed, ///< no connection, or it broke; \ref network says how
        TlsFailed,        ///< the server's certificate or the handshake; never retried
        RedirectRefused,  ///< to another host, without a target, or too many of them; or another
                          ///< status of 300 to 399, but for 304
        ResponseTooLarge, ///< the answer is longer than the client takes
        DownloadFailed,   ///< the device for the answer could not be opened or written
        RateLimited,      ///< 429, and RetryPolicy::maxRateLimited is used up
        ClientError,      ///< another status of 400 to 499
        ServerError,      ///< a status of 500 to 599, and no retry is left or safe
    };
    Q_ENUM(Code)

    Code code = Code::None; ///< what went wrong
    QString message;        ///< one sentence for people; no secrets
    int apiCode = 0;        ///< the `code` in the JSON of an error answer; 0: none
    TicketError ticket;     ///< of Code::NotGranted
    QNetworkReply::NetworkError network = QNetworkReply::NoError; ///< as the manager tells it

    /// Whether there is one.
    explicit operator bool() const { return code != Code::None; }
    friend bool operator==(const RestError &, const RestError &) = default;
};

TURNSTILE_RATELIMIT_EXPORT QDebug operator<<(QDebug debug, const RestError &error);

} // namespace Turnstile

Q_DECLARE_METATYPE(Turnstile::RestError)
