// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// A method by its number, and behind it a path.

#include "ratelimit/core/Endpoint.h"
#include "tests/fuzz/Fuzz.h"

#include <QtCore/QDebug>

#include <algorithm>
#include <string_view>

using namespace Turnstile;
using namespace std::chrono_literals;

namespace {

// Long enough to be a secret anywhere, as real tokens are.
constexpr std::string_view token =
    "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OkdEUkdSZGZHZEZnaEpqa0xs0987";

bool mentions(const Endpoint &endpoint, QByteArrayView secret)
{
    const QString text = QString::fromUtf8(secret);
    QString debug;
    QDebug(&debug) << endpoint;
    return endpoint.name().contains(text) || debug.contains(text)
        || endpoint.route().contains(secret) || endpoint.lane().contains(secret)
        || endpoint.majorResource().contains(secret)
        || endpoint.provisionalBucket().contains(secret);
}

bool breaksLines(QChar c)
{
    return c.category() == QChar::Other_Control || c.category() == QChar::Other_Format
        || c == QChar::LineSeparator || c == QChar::ParagraphSeparator;
}

bool areSame(const Endpoint &a, const Endpoint &b)
{
    return a == b && a.lane() == b.lane() && a.laneHash() == b.laneHash()
        && a.isValid() == b.isValid() && a.route() == b.route() && a.name() == b.name()
        && a.majorResource() == b.majorResource() && a.provisionalBucket() == b.provisionalBucket()
        && a.isExemptFromGlobal() == b.isExemptFromGlobal()
        && a.isInteractionCallback() == b.isInteractionCallback()
        && a.isAuthorized() == b.isAuthorized();
}

void requireSane(const Endpoint &endpoint, const QByteArray &path)
{
    const Method method = endpoint.method();
    REQUIRE(areSame(endpoint, Endpoint(method, path)));
    if (!endpoint.isValid()) {
        REQUIRE(endpoint.lane().isEmpty() && endpoint.route().isEmpty());
        return;
    }
    REQUIRE(endpoint.route().startsWith(methodName(method).toByteArray() + " /"));
    REQUIRE(endpoint.lane().startsWith(endpoint.route() + '#' + endpoint.majorResource() + '#'));
    REQUIRE(std::ranges::none_of(endpoint.name(), breaksLines));
    REQUIRE(endpoint != Endpoint(method, path, Credential::none()));
    REQUIRE(endpoint != Endpoint(method, path, Credential::token(path)));
    if (!path.contains('?') && !path.contains('#'))
        REQUIRE(areSame(endpoint, Endpoint(method, QByteArray(path + "?limit=5"))));
    if (const QString text = QString::fromUtf8(path); text.toUtf8() == path)
        REQUIRE(areSame(endpoint, Endpoint(method, text)));
}

void requireVariants(const Endpoint &endpoint)
{
    const WallTime days[] = {
        WallTime(0ms), WallTime(1'420'070'400'000ms), WallTime(1'700'000'000'000ms)};
    for (const WallTime now : days) {
        const Endpoint then = endpoint.at(now);
        REQUIRE(then.isValid() == endpoint.isValid());
        REQUIRE(then.route().startsWith(endpoint.route()));
        REQUIRE(then.majorResource() == endpoint.majorResource());
        REQUIRE(areSame(then, then.at(now)));
        REQUIRE(areSame(then.at(days[0]), endpoint.at(days[0])));
    }
}

// Behind a token any path may follow, and a token in the path is hidden whatever comes before it.
void requireSecrecy(Method method, const QByteArray &path)
{
    const QByteArray secret(token.data(), qsizetype(token.size()));
    const QByteArrayList paths{"webhooks/123/" + secret + '/' + path,
        "interactions/123/" + secret + '/' + path, path + '/' + secret};
    for (const QByteArray &with : paths)
        REQUIRE(!mentions(Endpoint(method, with), secret));

    // The third segment of a webhook is its token, whatever it looks like.
    const QByteArray odd = path.split('/').first();
    if (odd.size() < 24 || odd.contains('?') || odd.contains('#'))
        return; // short ones can stand in the path by chance
    const Endpoint webhook(method, QByteArray("webhooks/123/" + odd));
    REQUIRE(!mentions(webhook, odd));
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size == 0)
        return 0;
    const Method method = Method(data[0] % 6);
    const QByteArray path(reinterpret_cast<const char *>(data) + 1, qsizetype(size - 1));
    const Endpoint endpoint(method, path);
    requireSane(endpoint, path);
    requireVariants(endpoint);
    requireSecrecy(method, path);
    return 0;
}
