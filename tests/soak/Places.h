// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Endpoint.h"
#include "ratelimit/core/Id.h"
#include "ratelimit/testing/ServerRules.h"

#include <QtCore/QHash>

#include <memory>
#include <span>
#include <vector>

namespace Turnstile::Soak {

/// What the server allows on some routes, which share a bucket in each place.
struct Rule {
    const char *name = "";
    BucketRule bucket{}; ///< without a hash
};

/// A route of the soak.
struct Route {
    enum class Place : quint8 { Channel, Guild, Webhook, Interaction, Bot };
    Place place = Place::Bot;
    Method method = Method::Get;
    const char *path = ""; ///< %1 is the place's number
    int rule = 0;          ///< of rules()
    const char *name = ""; ///< Endpoint::route(), for the server
    const char *lane = ""; ///< TicketOptions::lane
};

std::span<const Rule> rules();
std::span<const Route> routes();
/// How many places of a kind there are at a time, so that there are about 500 buckets in all.
int placesOf(Route::Place kind);
/// Buckets of all those places.
int bucketCount();

/// A queue of the scheduler, as the soak sees it.
struct Lane {
    Endpoint endpoint;
    const Route *route = nullptr;
    QByteArray bucket;      ///< where it counts, as far as anybody has been told
    bool isNamed = false;   ///< that is a name that the server gave
    int tickets = 0;        ///< not ended
    int inFlight = 0;       ///< of these
    int retries = 0;        ///< that wait
    TicketId lastFirst;     ///< granted for the first time
    TimePoint namedAt;      ///< when the request was granted whose answer said so last
    TimePoint usedAt;       ///< when the last ticket was asked for, or ended
    TimePoint heldUntil;    ///< a 429 said so
    bool isLimited = false; ///< after that, until an answer is none
    double weight = 0;      ///< of the traffic
};

/// A channel, guild, webhook or interaction, which has counters of its own.
struct Place {
    Route::Place kind = Route::Place::Bot;
    int number = 0;
    bool isGone = false; ///< its webhook was deleted
    Credential credential;
    std::vector<Lane> lanes;
    struct Told {
        TimePoint at;        ///< when its numbers were last told
        TimePoint heldUntil; ///< a 429 said so
    };
    QHash<QByteArray, Told> buckets;
};
using PlacePtr = std::shared_ptr<Place>;

PlacePtr makePlace(Route::Place kind, int number);

} // namespace Turnstile::Soak
