// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "tests/soak/Places.h"
#include "tests/soak/Random.h"

#include <deque>
#include <vector>

namespace Turnstile::Soak {

/// The places that are in use now, some more than others: they come and go, and about as many stay.
class Crowd {
public:
    explicit Crowd(Random *random);

    struct Spot {
        PlacePtr place;
        int lane = 0;

        Lane &queue() const { return place->lanes[size_t(lane)]; }
    };
    /// A lane, by its weight in the traffic.
    Spot pick();
    /// A webhook that is still there, or none.
    PlacePtr anyWebhook();
    /// Another place of the same kind comes for one that is left.
    void renewOne(TimePoint now);
    /// Lanes that are in use, or were left after \a since.
    int lanesSince(TimePoint since);

private:
    void enter(size_t index, Route::Place kind);
    void weigh();

    Random *m_random;
    std::vector<PlacePtr> m_places;
    std::vector<Spot> m_spots;
    std::vector<double> m_sums; // of the weights up to each spot
    struct Left {
        TimePoint at;
        int lanes;
    };
    std::deque<Left> m_left;
    int m_lanes = 0;
    int m_lanesLeft = 0;
    int m_last = 1000;
};

} // namespace Turnstile::Soak
