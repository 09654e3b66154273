// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/sources/DemoScenario.h"

#include "monitor-app/models/Words.h"

namespace Turnstile::Monitor {

using namespace std::chrono_literals;

namespace {
std::vector<DemoBot::Habit> musicHabits()
{
    return {
        {.method = Method::Post,
            .path = QStringLiteral("/channels/41771983423143937/messages"),
            .burst = 7,
            .every = 7500ms,
            .patience = 1200ms},
        {.method = Method::Put,
            .path = QStringLiteral("/channels/41771983423143937/messages/{id}/reactions/🎵/@me"),
            .burst = 2,
            .every = 1600ms,
            .first = 300ms},
        {.method = Method::Post,
            .path = QStringLiteral("/webhooks/223704706495545344/demo-token-of-no-worth"),
            .every = 700ms,
            .first = 500ms},
        {.method = Method::Post,
            .path = QStringLiteral("/interactions/{id}/{token}/callback"),
            .burst = 2,
            .every = 600ms,
            .first = 700ms},
        {.method = Method::Get,
            .path = QStringLiteral("/channels/613425648685547541/messages"),
            .burst = 2,
            .every = 300ms,
            .first = 900ms},
        {.method = Method::Get,
            .path = QStringLiteral("/gateway/bot"),
            .every = 40s,
            .first = 1100ms},
    };
}

std::vector<DemoBot::Habit> moderationHabits()
{
    return {
        {.method = Method::Patch,
            .path = QStringLiteral("/channels/41771983423143937"),
            .burst = 5,
            .every = 0ms,
            .first = 200ms},
        {.method = Method::Get,
            .path = QStringLiteral("/guilds/197038439483310086/members"),
            .every = 1400ms,
            .first = 400ms},
        {.method = Method::Delete,
            .path = QStringLiteral("/channels/41771983423143937/messages/{id}"),
            .burst = 4,
            .every = 1500ms,
            .first = 600ms},
        {.method = Method::Get,
            .path = QStringLiteral("/users/@me/guilds"),
            .burst = 2,
            .every = 3600ms,
            .first = 800ms},
        {.method = Method::Patch,
            .path = QStringLiteral("/guilds/197038439483310086/members/{id}"),
            .every = 20s,
            .first = 1s},
        {.method = Method::Get,
            .path = QStringLiteral("/channels/613425648685547541/messages/{id}"),
            .every = 190ms,
            .first = 1200ms},
        {.method = Method::Post,
            .path = QStringLiteral("/guilds/197038439483310086/channels"),
            .burst = 2,
            .every = 11s,
            .first = 1500ms,
            .timeout = 4s},
    };
}

// A small bot at night: everything is answered at once.
std::vector<DemoBot::Habit> quietHabits()
{
    return {
        {.method = Method::Post,
            .path = QStringLiteral("/interactions/{id}/{token}/callback"),
            .every = 3s},
        {.method = Method::Get,
            .path = QStringLiteral("/users/@me/guilds"),
            .every = 8s,
            .first = 500ms},
        {.method = Method::Post,
            .path = QStringLiteral("/channels/41771983423143937/messages"),
            .every = 5s,
            .first = 1s},
    };
}

// A raid: as much is to be deleted, and said, as the limits just allow, and all of it at once.
std::vector<DemoBot::Habit> floodHabits()
{
    return {
        {.method = Method::Delete,
            .path = QStringLiteral("/channels/41771983423143937/messages/{id}"),
            .burst = 32,
            .every = 8s},
        {.method = Method::Patch,
            .path = QStringLiteral("/guilds/197038439483310086/members/{id}"),
            .burst = 15,
            .every = 18s,
            .first = 300ms},
        {.method = Method::Get,
            .path = QStringLiteral("/channels/613425648685547541/messages/{id}"),
            .burst = 40,
            .every = 6s,
            .first = 600ms},
        {.method = Method::Get,
            .path = QStringLiteral("/channels/613425648685547541/messages"),
            .burst = 60,
            .every = 7s,
            .first = 900ms},
        {.method = Method::Post,
            .path = QStringLiteral("/webhooks/223704706495545344/demo-token-of-no-worth"),
            .burst = 12,
            .every = 6s,
            .first = 1200ms,
            .patience = 4s},
    };
}
} // namespace

QStringList DemoScenario::names()
{
    return {QStringLiteral("mixed"), QStringLiteral("quiet"), QStringLiteral("flood")};
}

DemoScenario DemoScenario::named(QStringView name)
{
    if (name == u"quiet")
        return {.musicBot = quietHabits()};
    if (name == u"flood")
        return {.musicBot = quietHabits(), .moderationBot = floodHabits()};
    return {
        .musicBot = musicHabits(), .moderationBot = moderationHabits(), .meetsGlobalLocks = true};
}

QString DemoScenario::description(QStringView name)
{
    if (name == u"quiet")
        return tr("a little traffic that nothing limits");
    if (name == u"flood")
        return tr("more requests at a time than the limits allow, in long queues");
    return tr("every state that a bucket can be in");
}

} // namespace Turnstile::Monitor
