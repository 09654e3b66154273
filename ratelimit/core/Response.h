// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/RatelimitHeaders.h"

#include <concepts>
#include <optional>
#include <utility>

namespace Turnstile {

/// How the request of a granted ticket went. Rules: `docs/semantics.md`, "How a ticket can end".
struct Response {
    /// What became of the request, which decides what becomes of its tokens.
    enum class Kind : quint8 {
        Answered, ///< a response came; its headers are in \ref headers, if it had any
        Lost,     ///< sent, and no response came: the server may have counted it
        Unused,   ///< never sent: what the ticket took is given back
    };

    Kind kind = Kind::Answered; ///< what became of the request
    /// What an answer said. Nothing: it was not looked at, or has no status worth telling.
    std::optional<RatelimitHeaders> headers;

    /// An answer with these \a headers, or with none.
    static Response answered(std::optional<RatelimitHeaders> headers)
    {
        return {Kind::Answered, std::move(headers)};
    }
    /// The same for headers that nobody else needs: they are moved once.
    template <std::same_as<RatelimitHeaders> Headers> static Response answered(Headers &&headers)
    {
        return of(Kind::Answered, std::forward<Headers>(headers));
    }
    /// Sent, and no answer came: the tokens stay spent.
    static Response lost() { return {Kind::Lost, {}}; }
    /// Never sent: the tokens are given back.
    static Response unused() { return {Kind::Unused, {}}; }

private:
    // Were the kind a constant, GCC would clear all of it first.
    static Response of(Kind kind, RatelimitHeaders &&headers) { return {kind, std::move(headers)}; }
};

} // namespace Turnstile
