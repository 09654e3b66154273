// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/soak/Places.h"

#include <set>

namespace Turnstile::Soak {

using namespace std::chrono_literals;

namespace {

constexpr auto sliding = Quota::Window::Sliding;
enum RuleIndex { Post, History, Edit, React, Typing, Roles, Member, Members, Hook, Free, Wide };

const Rule allRules[] = {
    {"post", {.limit = 5, .window = 1s}},
    {"history", {.limit = 20, .window = 2s, .kind = sliding}},
    {"edit", {.limit = 5, .window = 5s, .sublimit = {.limit = 10, .window = 60s}}},
    {"react", {.limit = 6, .window = 1s}},
    {"typing", {.limit = 5, .window = 5s, .kind = sliding}},
    {"roles", {.limit = 20, .window = 5s}},
    {"member", {.limit = 10, .window = 10s, .kind = sliding}},
    {"members", {.limit = 3, .window = 2s, .shared = {.limit = 40, .window = 60s}}},
    {"hook", {.limit = 5, .window = 2s}},
    {"free", {.limit = 0}},
    {"wide", {.limit = 150, .window = 1s, .kind = sliding}},
};

constexpr Route allRoutes[] = {
    {Route::Place::Channel, Method::Post, "/channels/%1/messages", Post,
        "POST /channels/{id}/messages"},
    {Route::Place::Channel, Method::Get, "/channels/%1/messages", History,
        "GET /channels/{id}/messages"},
    {Route::Place::Channel, Method::Patch, "/channels/%1", Edit, "PATCH /channels/{id}"},
    {Route::Place::Channel, Method::Put, "/channels/%1/messages/7/reactions/x/@me", React,
        "PUT /channels/{id}/messages/{id}/reactions/{emoji}/@me"},
    {Route::Place::Channel, Method::Delete, "/channels/%1/messages/7/reactions/x/@me", React,
        "DELETE /channels/{id}/messages/{id}/reactions/{emoji}/@me"},
    {Route::Place::Channel, Method::Post, "/channels/%1/typing", Typing,
        "POST /channels/{id}/typing", "typing"},
    {Route::Place::Guild, Method::Get, "/guilds/%1/roles", Roles, "GET /guilds/{id}/roles"},
    {Route::Place::Guild, Method::Patch, "/guilds/%1/members/7", Member,
        "PATCH /guilds/{id}/members/{id}"},
    {Route::Place::Guild, Method::Put, "/guilds/%1/members/7/roles/8", Member,
        "PUT /guilds/{id}/members/{id}/roles/{id}"},
    {Route::Place::Guild, Method::Get, "/guilds/%1/members", Members, "GET /guilds/{id}/members"},
    {Route::Place::Webhook, Method::Post, "/webhooks/%1/token%1", Hook,
        "POST /webhooks/{id}/{token}"},
    {Route::Place::Interaction, Method::Post, "/interactions/%1/aW50ZXJhY3Rpb246%1/callback", Free,
        "POST /interactions/{id}/{token}/callback"},
    {Route::Place::Interaction, Method::Patch, "/webhooks/1/aW50ZXJhY3Rpb246%1/messages/@original",
        Hook, "PATCH /webhooks/{id}/{token}/messages/@original"},
    {Route::Place::Bot, Method::Get, "/users/@me", Wide, "GET /users/@me"},
    {Route::Place::Bot, Method::Get, "/gateway/bot", Free, "GET /gateway/bot"},
};

} // namespace

std::span<const Rule> rules()
{
    return allRules;
}

std::span<const Route> routes()
{
    return allRoutes;
}

int placesOf(Route::Place kind)
{
    switch (kind) {
    case Route::Place::Channel:
        return 64;
    case Route::Place::Guild:
        return 32;
    case Route::Place::Webhook:
        return 62;
    case Route::Place::Interaction:
        return 20;
    case Route::Place::Bot:
        break;
    }
    return 1;
}

int bucketCount()
{
    int count = 0;
    std::set<std::pair<Route::Place, int>> seen;
    for (const Route &route : allRoutes) {
        if (rules()[size_t(route.rule)].bucket.limit > 0
            && seen.insert({route.place, route.rule}).second)
            count += placesOf(route.place);
    }
    return count;
}

PlacePtr makePlace(Route::Place kind, int number)
{
    auto place = std::make_shared<Place>();
    place->kind = kind;
    place->number = number;
    if (kind == Route::Place::Webhook || kind == Route::Place::Interaction)
        place->credential = Credential::none();
    else if (kind == Route::Place::Guild && number % 4 == 0)
        place->credential = Credential::token("another bot");
    for (const Route &route : allRoutes) {
        if (route.place != kind)
            continue;
        Lane lane;
        lane.route = &route;
        lane.endpoint = Endpoint(route.method,
            QString::fromLatin1(route.path).replace(QLatin1String("%1"), QString::number(number)),
            place->credential);
        place->lanes.push_back(lane);
    }
    return place;
}

} // namespace Turnstile::Soak
