// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Where there is no Lua at the build.
#include "tools/turnstile-sim/ScriptHost.h"

namespace Turnstile::Sim {

std::unique_ptr<ScriptHost> newScriptRedis(const QByteArray & /*script*/)
{
    return nullptr;
}

} // namespace Turnstile::Sim
