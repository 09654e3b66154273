// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/http/RestError.h"
#include "ratelimit/turnstile_ratelimit_export.h"

#include <QtCore/QByteArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QList>

#include <utility>

namespace Turnstile {

/// What became of a request: the answer, or why there is none that counts. A value.
struct TURNSTILE_RATELIMIT_EXPORT RestResult {
    /// Name and value, as they came.
    using Header = std::pair<QByteArray, QByteArray>;

    int status = 0;        ///< of the last attempt's answer; 0: there was none
    QList<Header> headers; ///< of the last attempt's answer
    QByteArray body;       ///< of the last attempt's answer; empty where it went to a download
    RestError error;       ///< Code::None: status is 200 to 299, or 304
    int attempts = 0;      ///< how often it was tried, redirects included
    int resent = 0;        ///< how often the network manager sent it once more by itself

    /// Whether the request succeeded.
    explicit operator bool() const { return !error; }
    /// The first header of that name, in any case; empty when there is none.
    QByteArray header(QByteArrayView name) const;
    /// The body as JSON; null when it is none.
    QJsonDocument json() const;
};

} // namespace Turnstile

Q_DECLARE_METATYPE(Turnstile::RestResult)
