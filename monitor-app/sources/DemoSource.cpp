// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/sources/DemoSource.h"

#include "monitor-app/sources/DemoBot.h"
#include "monitor-app/sources/LimiterSource.h"
#include "ratelimit/InMemoryRatelimiter.h"
#include "ratelimit/testing/ModelApi.h"

#include <QtCore/QTimer>

namespace Turnstile::Monitor {

using namespace std::chrono_literals;

class DemoSource::Private {
public:
    // In this order, so that the bots go first and the server last.
    ModelApi api;
    InMemoryRatelimiter limiter;
    std::unique_ptr<LimiterSource> source;
    std::unique_ptr<DemoBot> musicBot;
    std::unique_ptr<DemoBot> moderationBot;
    QTimer lockTimer;
};

namespace {
// The numbers are Discord's where it is known for them, and like Discord's elsewhere.
void setLimits(ModelApi *api)
{
    api->setLatency(110ms, 160ms);
    api->setLimit("POST /channels/{channel}/messages", {.limit = 5, .window = 5s});
    api->setLimit("GET /channels/{channel}/messages", {.limit = 50, .window = 5s});
    api->setLimit("GET /channels/{channel}/messages/{message}", {.limit = 30, .window = 4s});
    api->setLimit("DELETE /channels/{channel}/messages/{message}", {.limit = 5, .window = 1s});
    api->setLimit("PUT /channels/{channel}/messages/{message}/reactions/{emoji}/@me",
        {.limit = 1, .window = 250ms});
    api->setLimit("PATCH /channels/{channel}",
        {.limit = 5, .window = 15s, .sublimit = {.limit = 2, .window = 10min}});
    api->setLimit("GET /guilds/{guild}/members", {.limit = 10, .window = 10s});
    api->setLimit("PATCH /guilds/{guild}/members/{user}", {.limit = 10, .window = 10s});
    api->setLimit("POST /webhooks/{webhook}/{token}", {.limit = 5, .window = 2s});
    api->setLimit("GET /users/@me/guilds", {.limit = 1, .window = 1s});
    api->setLimit("GET /gateway/bot", {.limit = 2, .window = 5s});
    api->setLimit("POST /interactions/{interaction}/{token}/callback", {.limit = 0});
    // Never answers, so the bots never learn its limit.
    api->addFault({.kind = Fault::Kind::NoAnswer,
        .route = "POST /guilds/{guild}/channels",
        .times = Fault::always});
}

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
} // namespace

DemoSource::DemoSource(QObject *parent)
    : MonitorSource(parent)
    , d(std::make_unique<Private>())
{
    d->source = std::make_unique<LimiterSource>(&d->limiter, name());
    connect(d->source.get(), &MonitorSource::updated, this, &MonitorSource::updated);
    d->lockTimer.setSingleShot(true);
    connect(&d->lockTimer, &QTimer::timeout, this, &DemoSource::lockNowAndThen);
}

DemoSource::~DemoSource() = default;

QString DemoSource::name() const
{
    return tr("Demo · music bot and moderation bot");
}

QString DemoSource::connection() const
{
    return tr("In this process, over loopback HTTP");
}

QString DemoSource::start()
{
    const QUrl url = d->api.listen();
    if (url.isEmpty())
        return tr("The demo's server cannot listen on 127.0.0.1.");
    setLimits(&d->api);
    const QString problem = d->source->start();
    if (!problem.isEmpty())
        return problem;
    d->musicBot = std::make_unique<DemoBot>(&d->limiter, url, 1);
    d->musicBot->start(musicHabits());
    d->moderationBot = std::make_unique<DemoBot>(&d->limiter, url, 2);
    d->moderationBot->start(moderationHabits());
    d->lockTimer.start(12s);
    return {};
}

// The next request meets the token's limit, whichever it is of those that have a part in it.
void DemoSource::lockNowAndThen()
{
    d->api.addFault({.kind = Fault::Kind::GlobalLimit, .retryAfter = 940ms});
    d->lockTimer.start(30s);
}

} // namespace Turnstile::Monitor
