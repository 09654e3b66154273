// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/BucketRow.h"
#include "ratelimit/SharedState.h"

#include <QtCore/QStringList>

/// \file
/// Which of the processes that share a token holds what, and who waits, in words for people.

namespace Turnstile::Monitor {

class Store;

namespace Sharing {

/// Nobody waits any longer for who was silent for so long.
constexpr milliseconds passedOverAfter{10'000};

/// `music-bot`, `this process`; of one that has not said its name `process 1k9f…`.
QString name(const SharedProcess &process);
/// `4121@web2`, without the domain of the machine; empty where it is not known.
QString machine(const SharedProcess &process);
/// Both: `music-bot 4121@web2`, `this process`. Of long names the middle is left out.
QString fullName(const SharedProcess &process);
/// For a list of all: `music-bot 77@web1 (this process)`.
QString longName(const SharedProcess &process);
/// Whether the process at \a place held leases or waited when \a shared was told: Redis hears of
/// such a one every three seconds.
bool isBusy(const SharedState &shared, size_t place);
/// For how long it had not been heard of, if it is busy and that is longer than it should be.
std::optional<std::chrono::seconds> silentFor(const SharedState &shared, size_t place);
/// When it was heard of: `now`, `3 s ago`; `silent for 6 s`, where that is \a silence.
QString heard(
    const SharedProcess &process, std::optional<std::chrono::seconds> silence, TimePoint now);
/// Who goes first in the line of \a bucket in which this process waits, if that one is silent, and
/// for how long it still does; else nothing.
QString silentFirst(const SharedState &shared, const Bucket &bucket, TimePoint now);

/// Who uses \a bucket; null: nobody, or nobody has told.
const SharedBucket *useOf(const SharedState &shared, const Bucket &bucket);
/// Who holds leases of it: `music-bot 4121@web2 (3), this process (1)`; `nobody`.
QString holders(const SharedState &shared, const SharedBucket *use);
/// Who waits for it: `this process, music-bot 77@web1`; `nobody`.
QString waiting(const SharedState &shared, const SharedBucket *use);

/// How many leases of it other processes hold.
int elsewhere(const SharedState &shared, const SharedBucket &use);

/// What people call a bucket: as the table does, where it is known there.
QString bucketName(const SharedBucket &bucket, const Store &store);
/// The buckets of a process.
struct Part {
    QStringList held;   ///< `POST /channels/1/messages (2)`
    QStringList wanted; ///< `the global limit`, `GET /users/@me`
};
/// A few of \a names, and how many more there are.
QString fewOf(QStringList names, int more = 0);
/// What each process holds and waits for, in the order of SharedState::processes.
std::vector<Part> parts(const SharedState &shared, const Store &store);

/// What is to be said of all of it, in a sentence or two: why it is old, or that it is not all;
/// mostly nothing.
QString remark(const SharedState &shared, TimePoint now);

/// That the process that is watched cannot reach its Redis; empty: it can, or needs none.
QString connection(const SharedState *shared);

} // namespace Sharing
} // namespace Turnstile::Monitor
