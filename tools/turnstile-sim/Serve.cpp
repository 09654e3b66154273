// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/Serve.h"

#include "ratelimit/testing/ModelApi.h"
#include "tools/turnstile-sim/FaultFile.h"
#include "tools/turnstile-sim/OptionTable.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QSocketNotifier>
#include <QtCore/QVariant>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <unistd.h>

namespace Turnstile::Sim {
namespace {

using namespace std::chrono_literals;

constexpr QStringView serveDescription =
    uR"(Serves a model of Discord's API over HTTP on 127.0.0.1, for any client in any
language. Any route is answered, and what comes too early gets a 429. The first
line that it prints is its address, as in http://127.0.0.1:40123; a path may begin
with /api/v10 or not. It runs until SIGINT or SIGTERM, and then tells on standard
error what it has served.

A file of faults has one JSON object per line, tried in that order:
  {"kind": "no_answer"}
  {"kind": "server_error", "status": 502, "times": 3}
  {"kind": "hash_flip", "times": "always", "every": 2, "route": "GET /guilds/{guild}"}
Kinds, and what each may have:
  no_answer, close_before_answer, close_in_the_middle, reset
  slow_drip          size (67108864 bytes), pause_ms (50): a byte each
  oversize           size (67108864 bytes), tells_length (true)
  malformed_headers, missing_headers
  server_error       status (503)
  bad_gateway        502 with an HTML page
  api_error          status (403), code (0)
  redirect           status (307), location (the same again)
  cloudflare_page, global_limit
                     retry_after_ms (1000)
  rate_limit         limit (bucket, sublimit, shared, global, cloudflare),
                     retry_after_ms (1000)
  hash_flip          hash
All may have times (1, or "always"), every (1: each request, 2: every other one ...)
and route (any).)";

int stopPipe[2] = {-1, -1};

void stop(int)
{
    const int before = errno;
    const char byte = 0;
    [[maybe_unused]] const auto written = write(stopPipe[1], &byte, 1);
    errno = before;
}

// Whether signals end the event loop from now on.
bool stopOnSignals()
{
    if (pipe(stopPipe) != 0)
        return false;
    auto *notifier =
        new QSocketNotifier(stopPipe[0], QSocketNotifier::Read, QCoreApplication::instance());
    QObject::connect(notifier, &QSocketNotifier::activated, notifier, &QCoreApplication::quit);
    struct sigaction action { };
    action.sa_handler = stop;
    action.sa_flags = SA_RESTART;
    return sigaction(SIGINT, &action, nullptr) == 0 && sigaction(SIGTERM, &action, nullptr) == 0;
}

void printSummary(const ServerStats &stats)
{
    QString text = QStringLiteral("Served %1 requests.").arg(stats.requests);
    for (auto it = stats.byStatus.begin(); it != stats.byStatus.end(); ++it)
        text += QStringLiteral("\n  %1: %2").arg(it.key()).arg(it.value());
    for (auto it = stats.limited.begin(); it != stats.limited.end(); ++it)
        text += QStringLiteral("\n  429 of kind %1: %2")
                    .arg(QVariant::fromValue(it.key()).toString().toLower())
                    .arg(it.value());
    if (stats.faults > 0)
        text += QStringLiteral("\n  met a scripted fault: %1").arg(stats.faults);
    std::fprintf(stderr, "%s\n", qUtf8Printable(text));
}

} // namespace

int serve(const QStringList &arguments)
{
    int port = 0;
    BucketRule rule;
    Quota global{.limit = 50};
    milliseconds latency = 50ms;
    milliseconds jitter = 10ms;
    QString faultsName;
    Dialects dialects;

    OptionTable table(u"serve", serveDescription);
    table.addWhole(u"port", u"The port to listen on; 0: a free one.", &port, 0, 65535);
    table.addWhole(u"limit", u"Requests that a bucket lets pass in a window; 0: no limit.",
        &rule.limit, 0, 1'000'000);
    table.addMilliseconds(u"window", u"The window of a bucket.", &rule.window, 1ms, 24h);
    table.addChoice(u"window-kind", u"What a bucket's window is (fixed).",
        {QStringLiteral("fixed"), QStringLiteral("sliding")}, [&rule](int index) {
            rule.kind = index == 0 ? Quota::Window::Fixed : Quota::Window::Sliding;
        });
    table.addWhole(
        u"global", u"The global limit per second; 0: none.", &global.limit, 0, 1'000'000);
    table.addMilliseconds(u"latency", u"The shortest time of an exchange.", &latency, 0ms, 1min);
    table.addMilliseconds(
        u"jitter", u"By how much an exchange may take longer.", &jitter, 0ms, 1min);
    table.add(u"faults", u"FILE", u"What goes wrong, see above.",
        QStringLiteral("the name of a file"), [&faultsName](const QString &name) {
            faultsName = name;
            return !name.isEmpty();
        });
    table.add(u"dialect", u"NAME,...", u"How the answers differ from Discord's.",
        QStringLiteral("one or more of ") + dialectNames().join(QStringLiteral(", ")),
        [&dialects](const QString &names) {
            const std::optional<Dialects> known = dialectsFromNames(names);
            dialects = known.value_or(Dialects());
            return known.has_value();
        });
    if (const std::optional<int> code = table.parseOrExplain(arguments))
        return *code;

    ModelApi api;
    api.setDefaultLimit(rule);
    api.setGlobalLimit(global);
    api.setLatency(latency, jitter);
    api.setDialects(dialects);
    if (!faultsName.isEmpty()) {
        const FaultFile file = FaultFile::read(faultsName);
        if (!file.error.isEmpty()) {
            std::fprintf(stderr, "%s\n", qUtf8Printable(file.error));
            return 2;
        }
        for (const Fault &fault : file.faults)
            api.addFault(fault);
    }
    if (!stopOnSignals() || api.listen(quint16(port)).isEmpty()) {
        std::fprintf(stderr, "turnstile-sim serve: Cannot serve on port %d.\n", port);
        return 1;
    }
    std::printf("http://127.0.0.1:%d\n", int(api.port()));
    if (std::fflush(stdout) != 0)
        return 1;
    const int code = QCoreApplication::exec();
    printSummary(api.stats());
    return code;
}

} // namespace Turnstile::Sim
