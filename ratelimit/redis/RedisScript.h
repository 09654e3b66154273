// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>

namespace Turnstile {

/// The Lua script that decides: `ratelimit/redis/script`, as it was at the build.
const QByteArray &redisScript();

/// By what EVALSHA knows it: its SHA-1 in hexadecimal digits.
const QByteArray &redisScriptHash();

} // namespace Turnstile
