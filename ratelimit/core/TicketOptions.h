// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Enums.h"
#include "ratelimit/core/Time.h"

#include <optional>

namespace Turnstile {

/// What a consumer wants of one ticket beyond its endpoint.
struct TicketOptions {
    /// How long the ticket may wait, counted from the moment of asking. When that time is over and
    /// it has not been granted, it ends as Expired. Nothing: it waits as long as it takes.
    std::optional<milliseconds> deadline{};

    /// Overrides the ratelimiter's ordering for this ticket.
    std::optional<Ordering> ordering{};
};

} // namespace Turnstile
