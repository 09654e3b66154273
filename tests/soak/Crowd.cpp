// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/soak/Crowd.h"

#include <algorithm>

namespace Turnstile::Soak {

static constexpr double freePerSecond = 1; // asked of a place where nothing limits

Crowd::Crowd(Random *random)
    : m_random(random)
{
    for (const auto kind : {Route::Place::Channel, Route::Place::Guild, Route::Place::Webhook,
             Route::Place::Interaction, Route::Place::Bot}) {
        for (int i = 0; i < placesOf(kind); ++i) {
            m_places.emplace_back();
            enter(m_places.size() - 1, kind);
        }
    }
    weigh();
}

void Crowd::enter(size_t index, Route::Place kind)
{
    const PlacePtr place = makePlace(kind, ++m_last);
    m_places[index] = place;
    m_lanes += int(place->lanes.size());
    const double popularity = 0.3 + m_random->share();
    for (Lane &lane : place->lanes) {
        const BucketRule &rule = rules()[size_t(lane.route->rule)].bucket;
        const auto sharing = std::count_if(place->lanes.begin(), place->lanes.end(),
            [&lane](const Lane &other) { return other.route->rule == lane.route->rule; });
        const double perSecond = rule.limit == 0
            ? freePerSecond
            : rule.limit * 1000. / double(rule.window.count()) / double(sharing);
        lane.weight = perSecond * popularity * (0.5 + m_random->share());
    }
}

void Crowd::weigh()
{
    m_spots.clear();
    m_sums.clear();
    double sum = 0;
    for (const PlacePtr &place : m_places) {
        for (size_t lane = 0; lane < place->lanes.size(); ++lane) {
            m_spots.push_back({place, int(lane)});
            m_sums.push_back(sum += place->lanes[lane].weight);
        }
    }
}

Crowd::Spot Crowd::pick()
{
    const double at = m_random->share() * m_sums.back();
    const auto found = std::upper_bound(m_sums.begin(), m_sums.end() - 1, at);
    return m_spots[size_t(found - m_sums.begin())];
}

PlacePtr Crowd::anyWebhook()
{
    const PlacePtr &place = m_places[size_t(m_random->below(int(m_places.size())))];
    return place->kind == Route::Place::Webhook ? place : nullptr;
}

void Crowd::renewOne(TimePoint now)
{
    const auto index = size_t(m_random->below(int(m_places.size())));
    const PlacePtr left = m_places[index];
    if (left->kind == Route::Place::Bot)
        return;
    m_left.push_back({now, int(left->lanes.size())});
    m_lanes -= m_left.back().lanes;
    m_lanesLeft += m_left.back().lanes;
    enter(index, left->kind);
    weigh();
}

int Crowd::lanesSince(TimePoint since)
{
    for (; !m_left.empty() && m_left.front().at < since; m_left.pop_front())
        m_lanesLeft -= m_left.front().lanes;
    return m_lanes + m_lanesLeft;
}

} // namespace Turnstile::Soak
