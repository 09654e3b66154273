// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"
#include "ratelimit/turnstile_testing_export.h"

#include <QtCore/QByteArray>
#include <QtCore/QObject>

namespace Turnstile {

/// Something that goes wrong in a ModelApi, on purpose.
///
/// ```
/// api.addFault({.kind = Fault::Kind::NoAnswer});                               // the next request
/// api.addFault({.kind = Fault::Kind::ServerError, .times = 3, .status = 502}); // the next three
/// api.addFault({.kind = Fault::Kind::HashFlip, .times = Fault::always, .every = 2});
/// ```
///
/// A QNetworkAccessManager sends a request once more, by itself, when the connection closes before
/// the answer: one CloseBeforeAnswer may pass unseen.
struct TURNSTILE_TESTING_EXPORT Fault {
    Q_GADGET
public:
    /// What goes wrong.
    enum class Kind : quint8 {
        NoAnswer,          ///< takes the request and never answers; the connection stays open
        CloseBeforeAnswer, ///< closes the connection where the answer should come
        CloseInTheMiddle,  ///< sends the head and half of the body, then closes
        MalformedHeaders,  ///< the values of all `X-RateLimit` headers and `Retry-After` are
                           ///< nonsense
        MissingHeaders,    ///< no `X-RateLimit` headers
        ServerError,       ///< \ref status, as a gateway gives it: without `X-RateLimit` headers
        CloudflarePage,    ///< 429 with an HTML page, without `Via`: the API is never reached
        GlobalLimit,       ///< 429 of the global limit, for \ref retryAfter; never of an endpoint
                           ///< that is exempt from it
        HashFlip,          ///< names \ref hash as the bucket
    };
    Q_ENUM(Kind)

    static constexpr int always = -1; ///< for \ref times

    Kind kind = Kind::NoAnswer; ///< what goes wrong
    /// As for ServerModel::setLimit(); empty for any.
    QByteArray route = {};
    /// How often it happens.
    int times = 1;
    /// Happens to every n-th request of those that it may happen to.
    int every = 1;
    int status = 503;                             ///< of ServerError
    milliseconds retryAfter = milliseconds(1000); ///< of GlobalLimit and CloudflarePage
    /// Of HashFlip; empty: derived from the right one, always the same.
    QByteArray hash = {};

    /// Whether the limits count the request before the fault strikes. CloudflarePage and
    /// GlobalLimit come from before the limits.
    bool isCounted() const { return kind != Kind::CloudflarePage && kind != Kind::GlobalLimit; }

    friend bool operator==(const Fault &, const Fault &) = default;
};

} // namespace Turnstile
