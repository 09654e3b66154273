// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"

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

/// One that runs it in this program; null where that was built without Lua.
std::unique_ptr<ScriptHost> newScriptRedis();

} // namespace Turnstile::Sim
