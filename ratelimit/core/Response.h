// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/RatelimitHeaders.h"

#include <optional>

namespace Turnstile {

/// How the request of a granted ticket went.
struct Response {
    enum class Kind : quint8 {
        Answered, ///< a response came; its headers are in \ref headers, if it had any
        Lost,     ///< sent, and no response came: the server may have counted it
        Unused,   ///< never sent: what the ticket took is given back
    };

    Kind kind = Kind::Answered;
    /// Nothing: the response was not looked at, or has no status worth telling.
    std::optional<RatelimitHeaders> headers;

    static Response answered(std::optional<RatelimitHeaders> headers)
    {
        return {Kind::Answered, std::move(headers)};
    }
    static Response lost() { return {Kind::Lost, {}}; }
    static Response unused() { return {Kind::Unused, {}}; }
};

} // namespace Turnstile
