// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

struct lua_State;

namespace Turnstile::Sim {

/// Gives \a lua the `cjson` that scripts of Redis have: decode, encode and null. Numbers are
/// written with 14 digits, and a table that is empty is an object.
void addCjson(lua_State *lua);

} // namespace Turnstile::Sim
