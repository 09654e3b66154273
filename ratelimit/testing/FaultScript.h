// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/testing/Fault.h"
#include "ratelimit/testing/ServerReply.h"

#include <QtCore/QList>

#include <optional>

namespace Turnstile {

/// Decides which request meets which fault.
class FaultScript {
public:
    void add(const Fault &fault);
    void clear() { m_entries.clear(); }

    /// The fault of the next request, which has \a route. When several apply, the one that was
    /// added first. A global limit never meets what is \a exempt from it.
    std::optional<Fault> next(const QByteArray &route, bool exempt = false);

private:
    struct Entry {
        Fault fault;
        int seen = 0; // requests since it last struck
    };
    QList<Entry> m_entries;
};

/// What \a reply becomes under \a fault. Faults of the connection leave it as it is.
ServerReply spoiled(ServerReply reply, const Fault &fault);

} // namespace Turnstile
