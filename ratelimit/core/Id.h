// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QDebug>
#include <QtCore/QHashFunctions>
#include <QtCore/QMetaType>

#include <compare>

namespace Turnstile {

/// The name of a thing that a Scheduler owns: a number that counts up and is never used again, and
/// the slot that the thing lives in. Looking one up is O(1), and a stale id is always recognised.
/// Ids order by age. A default-constructed id names nothing. They mean something to their scheduler
/// only: another process, or another ratelimiter, counts anew. A value, for any thread.
template <typename Tag> struct Id {
    static constexpr int slotBits = 24; ///< of \ref value, at its low end

    quint64 value = 0; ///< number and slot together; 0 names nothing

    /// Counts up from 1 in the order of creation: what people see (`#10482`).
    constexpr quint64 number() const { return value >> slotBits; }
    /// Where the thing lives; of use to its owner only.
    constexpr quint32 slot() const { return quint32(value & ((quint64(1) << slotBits) - 1)); }
    /// Whether it names nothing.
    constexpr bool isNull() const { return value == 0; }

    friend constexpr bool operator==(Id, Id) = default;
    friend constexpr auto operator<=>(Id, Id) = default;
    friend size_t qHash(Id id, size_t seed = 0) noexcept { return ::qHash(id.value, seed); }
    friend QDebug operator<<(QDebug debug, Id id)
    {
        QDebugStateSaver saver(debug);
        return debug.nospace() << '#' << id.number();
    }
};

/// Names a ticket, from the asking to the end; a retry keeps it.
using TicketId = Id<struct TicketTag>;
/// Names a lane: the queue of one Endpoint::lane().
using LaneId = Id<struct LaneTag>;
/// Names a Bucket.
using BucketId = Id<struct BucketTag>;
/// Names a set of connections, see Ratelimiter::createPool(). Unlike the others it is the process
/// that counts: one of another ratelimiter is never the same.
using PoolId = Id<struct PoolTag>;

} // namespace Turnstile

Q_DECLARE_METATYPE(Turnstile::TicketId)
Q_DECLARE_METATYPE(Turnstile::LaneId)
Q_DECLARE_METATYPE(Turnstile::BucketId)
