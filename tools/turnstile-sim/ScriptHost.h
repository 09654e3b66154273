// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"
#include "ratelimit/redis/RedisScript.h"

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayList>
#include <QtCore/QString>

#include <memory>

namespace Turnstile::Sim {

/// Runs the script of the shared limiter, for the processes of one token.
class ScriptHost {
public:
    struct Reply {
        QByteArray text;
        QString problem{}; ///< why there is none; empty: there is
    };

    ScriptHost() = default;
    Q_DISABLE_COPY_MOVE(ScriptHost)
    virtual ~ScriptHost() = default;

    /// What the script replies to \a request, as JSON, at \a now, which never goes back.
    virtual Reply call(const QByteArray &request, TimePoint now) = 0;
    /// What it has told those who wait since it was asked last, in order.
    virtual QByteArrayList takeMessages() = 0;
};

/// One that runs \a script in Lua 5.1, as Redis does, over a Redis in memory; null where this was
/// built without Lua. A time that the script asks for is that of the call.
std::unique_ptr<ScriptHost> newScriptRedis(const QByteArray &script = redisScript());

/// What to tell people then.
inline constexpr auto needsLua = "This program was built without Lua 5.1 (liblua5.1-0-dev), so it "
                                 "cannot play processes that share a token.";

} // namespace Turnstile::Sim
