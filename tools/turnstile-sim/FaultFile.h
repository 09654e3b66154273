// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/testing/Fault.h"

#include <QtCore/QList>
#include <QtCore/QString>

namespace Turnstile::Sim {

/// Scripted faults, as `serve --faults` reads them: JSON Lines, one fault each, tried in the order
/// of the file. Empty lines are skipped; at most 1 MiB and 10000 faults.
///
/// ```
/// {"kind": "no_answer"}
/// {"kind": "server_error", "status": 502, "times": 3}
/// {"kind": "hash_flip", "times": "always", "every": 2, "route": "GET /guilds/{guild}"}
/// ```
/// `kind` is a Fault::Kind in lower case with underscores. The other keys are those of a Fault:
/// `times` (a number or `"always"`), `every`, `route`, and, with the kinds that use them, `status`,
/// `retry_after_ms`, `hash`, `limit` (a LimitKind in lower case), `code`, `location`, `size`,
/// `pause_ms` and `tells_length`.
struct FaultFile {
    QList<Fault> faults;
    QString
        error; ///< `FILE:LINE: what is wrong`, of the first line that is; empty when all is well

    /// Reads the file called \a name.
    static FaultFile read(const QString &name);
    /// Reads \a text, which \a name stands for in errors.
    static FaultFile parse(const QByteArray &text, const QString &name);
};

} // namespace Turnstile::Sim
