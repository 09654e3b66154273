// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Endpoint.h"
#include "ratelimit/core/TicketOptions.h"
#include "ratelimit/http/RetryPolicy.h"

#include <QtCore/QByteArray>
#include <QtCore/QIODevice>
#include <QtCore/QList>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace Turnstile {

/// What one request wants beyond its method, path and body. All of it has a default.
struct RestOptions {
    /// Priority, deadline, ordering and so on, for the ticket. The client fills in the pool.
    TicketOptions ticket{};

    /// Headers of this request; one that the client sets too is replaced. `Authorization` is not
    /// taken from here.
    QList<std::pair<QByteArray, QByteArray>> headers{};

    /// Whether the client's token goes along. Endpoints that take none (interaction callbacks,
    /// webhooks with a token) never get it.
    bool authorize = true;

    /// Where the body of a successful answer goes as it arrives, instead of into memory. Called for
    /// each attempt that is answered with success, in the client's thread; the device is open for
    /// writing, or can be opened, and is closed at the end; a QSaveFile is committed if all has
    /// come. RestClient::maxResponseSize() does not hold for it.
    std::function<std::unique_ptr<QIODevice>()> download{};

    std::optional<RetryPolicy> retry{};     ///< instead of RestClient::retryPolicy()
    std::optional<RestTimeouts> timeouts{}; ///< instead of RestClient::timeouts()

    /// Whether it may be sent twice; nothing: RetryPolicy::isRepeatable() decides. Say yes for a
    /// POST with a nonce that the server enforces.
    std::optional<bool> repeatable{};
};

} // namespace Turnstile
