// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/sources/DemoSource.h"

#include "monitor-app/sources/DemoBot.h"
#include "monitor-app/sources/DemoScenario.h"
#include "monitor-app/sources/LimiterSource.h"
#include "ratelimit/InMemoryRatelimiter.h"
#include "ratelimit/testing/ModelApi.h"

#include <QtCore/QTimer>

namespace Turnstile::Monitor {

using namespace std::chrono_literals;

class DemoSource::Private {
public:
    DemoScenario scenario;
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
} // namespace

DemoSource::DemoSource(const QString &scenario, QObject *parent)
    : MonitorSource(parent)
    , d(std::make_unique<Private>())
{
    d->scenario = DemoScenario::named(scenario);
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
    d->musicBot->start(d->scenario.musicBot);
    d->moderationBot = std::make_unique<DemoBot>(&d->limiter, url, 2);
    d->moderationBot->start(d->scenario.moderationBot);
    if (d->scenario.meetsGlobalLocks)
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
