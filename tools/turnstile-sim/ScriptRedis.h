// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "tools/turnstile-sim/MemoryRedis.h"
#include "tools/turnstile-sim/ScriptHost.h"

#include <memory>

struct lua_State;

namespace Turnstile::Sim {

/// Runs the script in Lua 5.1, as Redis does, over a Redis in memory. Its time is that of the
/// caller.
class ScriptRedis final : public ScriptHost {
public:
    ScriptRedis();

    Reply call(const QByteArray &request, TimePoint now) override;
    QByteArrayList takeMessages() override { return m_redis.takeMessages(); }

    /// What the script works on.
    MemoryRedis &redis() { return m_redis; }

private:
    struct Close {
        void operator()(lua_State *state) const;
    };
    QString takeProblem();

    MemoryRedis m_redis;
    std::unique_ptr<lua_State, Close> m_lua;
    QString m_loadProblem;
};

} // namespace Turnstile::Sim
