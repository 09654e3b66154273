// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Response.h"

#include <utility>

/// \file
/// Answers of the server, written by hand.

using namespace Turnstile;
using namespace std::chrono_literals;

inline Response answer(
    int limit, int remaining, milliseconds resetAfter, QByteArray bucket = "abcd")
{
    RatelimitHeaders headers;
    headers.kind = RatelimitHeaders::Kind::Bucket;
    headers.status = 200;
    headers.limit = limit;
    headers.remaining = remaining;
    headers.resetAfter = resetAfter;
    headers.bucket = bucket;
    headers.via = true;
    return Response::answered(headers);
}

inline Response noHeaders(int status = 200)
{
    RatelimitHeaders headers;
    headers.status = status;
    return Response::answered(headers);
}

inline Response tooMany(milliseconds retryAfter, Scope scope = Scope::User, int remaining = 0)
{
    Response response = answer(5, remaining, 1s);
    response.headers->status = 429;
    response.headers->scope = scope;
    response.headers->retryAfter = retryAfter;
    return response;
}

inline Response globalLock(milliseconds retryAfter)
{
    RatelimitHeaders headers;
    headers.kind = RatelimitHeaders::Kind::Global;
    headers.status = 429;
    headers.global = true;
    headers.retryAfter = retryAfter;
    return Response::answered(headers);
}
