// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Enums.h"
#include "ratelimit/core/Id.h"
#include "ratelimit/core/Time.h"
#include "ratelimit/turnstile_core_export.h"

#include <QtCore/QMetaType>
#include <QtCore/QString>

#include <optional>
#include <vector>

namespace Turnstile {

/// One reason why a ticket waits. A value, for any thread.
/// Rules: `docs/semantics.md`, "Why a ticket waits".
struct TURNSTILE_CORE_EXPORT Wait {
    Q_GADGET
    Q_PROPERTY(WaitReason reason MEMBER reason)
public:
    WaitReason reason = WaitReason::None; ///< in one word
    /// When the reason ends; nothing when only an answer, or a person, can end it.
    std::optional<TimePoint> until = {};
    TicketId behind = {}; ///< the ticket that goes first, for Order and Probe, where one is known

    /// For people, as in `bucket, 1.5 s` or `order, behind #12`: what is left at \a now.
    QString text(TimePoint now) const;

    friend bool operator==(const Wait &, const Wait &) = default;
};

/// When a ticket could be granted.
struct Estimate {
    TimePoint at;                 ///< the moment of asking when nothing holds it
    std::vector<Wait> waits = {}; ///< what holds it until then, the one that ends last at the end
};

TURNSTILE_CORE_EXPORT QDebug operator<<(QDebug debug, const Wait &wait);

} // namespace Turnstile

Q_DECLARE_METATYPE(Turnstile::Wait)
