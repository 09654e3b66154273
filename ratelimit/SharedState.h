// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Id.h"
#include "ratelimit/core/Time.h"

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include <vector>

namespace Turnstile {

/// One of the processes that share a token's limits, for who watches.
struct SharedProcess {
    QString id;               ///< what those who count call it; another one after a restart
    QString name;             ///< what it calls itself; empty: it has not said
    qint64 pid = 0;           ///< the same, on its machine
    QString host;             ///< the same, of that machine
    TimePoint heardAt;        ///< when it was heard of last, on the clock of who asks
    bool isOwn = false;       ///< it is the one that was asked
    bool waitsForAll = false; ///< it waits at the limit of the whole token
    int leases = 0;           ///< that it holds, in all buckets

    friend bool operator==(const SharedProcess &, const SharedProcess &) = default;
};

/// Who uses a bucket, and who waits for it.
struct SharedBucket {
    /// Leases of one process.
    struct Holder {
        int process = 0; ///< its place in SharedState::processes
        int leases = 0;  ///< how many it holds

        friend bool operator==(const Holder &, const Holder &) = default;
    };

    BucketId bucket;             ///< here; none: nothing waits here and nothing is in flight
    QString name;                ///< for people; no secret is in it
    QByteArray hash;             ///< as the server calls it; empty until it has said so
    QByteArray majorResource;    ///< see Endpoint::majorResource()
    std::vector<Holder> holders; ///< who has most comes first
    std::vector<int> waiting;    ///< those who wait, by their place in SharedState::processes
    int moreHolders = 0;         ///< who did not fit into the list
    int moreWaiting = 0;         ///< who did not fit into the list

    friend bool operator==(const SharedBucket &, const SharedBucket &) = default;
};

/// Which process holds what of the limits that a token's processes share, at one moment. Bounded: a
/// value for those who watch, not for those who count.
struct SharedState {
    static constexpr size_t mostProcesses = 1000; ///< in the list
    static constexpr size_t mostBuckets = 300;    ///< the same
    static constexpr size_t mostNamed = 32;       ///< of a bucket's holders, and of who waits

    TimePoint at;                         ///< when it was so; TimePoint(): nobody has told yet
    QString problem;                      ///< why it is not known now, in a sentence; empty: it is
    std::vector<SharedProcess> processes; ///< heard of lately, or with leases; this one comes first
    std::vector<SharedBucket> buckets;    ///< of which leases are held, or that some wait for
    int moreBuckets = 0;                  ///< that did not fit into the list

    friend bool operator==(const SharedState &, const SharedState &) = default;
};

} // namespace Turnstile
