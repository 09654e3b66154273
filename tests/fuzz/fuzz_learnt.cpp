// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// A file of learnt routes; and the same bytes as routes to be written.

#include "ratelimit/core/LearntRoutes.h"
#include "tests/fuzz/Fuzz.h"

#include <QtCore/QList>

using namespace Turnstile;

namespace {

bool isWithinBounds(const LearntRoute &route)
{
    return !route.route.isEmpty() && route.route.size() <= LearntRoutes::maxRoute
        && !route.hash.isEmpty() && route.hash.size() <= LearntRoutes::maxHash
        && route.limit.value_or(0) >= 0 && route.unusedFor >= milliseconds(0)
        && route.unusedFor <= LearntRoutes::maxUnused;
}

void requireRoundTrip(const std::vector<LearntRoute> &routes)
{
    const LearntRoutes read = LearntRoutes::fromJson(LearntRoutes::toJson(routes));
    REQUIRE(read.error.isEmpty());
    REQUIRE(read.routes == routes);
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char *>(data), qsizetype(size));
    const LearntRoutes read = LearntRoutes::fromJson(bytes);
    REQUIRE(read.error.isEmpty() || read.routes.empty());
    REQUIRE(!read.error.contains(u'\n'));
    for (const LearntRoute &route : read.routes)
        REQUIRE(isWithinBounds(route));
    requireRoundTrip(read.routes);

    std::vector<LearntRoute> routes;
    for (const QByteArray &line : bytes.split('\n')) {
        LearntRoute route;
        route.hash = line.first(line.size() / 2);
        route.route = line.sliced(line.size() / 2);
        if (line.size() % 3 == 0)
            route.limit = int(line.size());
        route.split = line.size() % 2 == 0;
        route.unusedFor = milliseconds(line.size());
        if (isWithinBounds(route))
            routes.push_back(route);
    }
    requireRoundTrip(routes);
    return 0;
}
