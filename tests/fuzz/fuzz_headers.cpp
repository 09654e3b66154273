// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// A response as text: its status, a line per header, an empty line, the body.

#include "ratelimit/core/RatelimitHeaders.h"
#include "tests/fuzz/Fuzz.h"

#include <QtCore/QDebug>

#include <vector>

using namespace Turnstile;
using namespace std::chrono_literals;

namespace {

QByteArrayView takeLine(QByteArrayView &text)
{
    const qsizetype end = text.indexOf('\n');
    const QByteArrayView line = end < 0 ? text : text.first(end);
    text = end < 0 ? QByteArrayView() : text.sliced(end + 1);
    return line;
}

void requireSane(std::optional<milliseconds> wait)
{
    REQUIRE(!wait || (*wait >= 0ms && *wait <= 30 * 24h));
}

void requireSane(const RatelimitHeaders &headers)
{
    using Kind = RatelimitHeaders::Kind;
    requireSane(headers.resetAfter);
    requireSane(headers.retryAfter);
    REQUIRE(headers.limit.value_or(0) >= 0 && headers.remaining.value_or(0) >= 0);
    REQUIRE(!headers.limit || !headers.remaining || *headers.remaining <= *headers.limit);
    REQUIRE(headers.code >= 0);
    REQUIRE(headers.code == 0 || RatelimitHeaders::readsBody(headers.status));
    REQUIRE(headers.isRateLimited() || (!headers.retryAfter && !headers.json));
    REQUIRE((headers.kind == Kind::Global) == (headers.isRateLimited() && headers.global));
    if (headers.kind == Kind::None) {
        REQUIRE(!headers.limit && !headers.remaining && !headers.resetAfter);
        REQUIRE(headers.bucket.isEmpty());
    }
    REQUIRE(headers.kind != Kind::Invalid || !headers.errors.isEmpty());
    REQUIRE(headers.errors.size() <= 16);
    for (const HeaderError &error : headers.errors) {
        REQUIRE(!error.header.isEmpty() && error.value.size() <= 64);
        REQUIRE(!error.message().isEmpty());
    }
    QString text;
    QDebug(&text) << headers;
    REQUIRE(!text.contains(u'\n') && !text.contains(u'\r'));
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    QByteArrayView text(data, qsizetype(size));
    const int status = takeLine(text).toByteArray().toInt();
    std::vector<HeaderField> fields;
    std::vector<QByteArray> upperNames;
    while (!text.isEmpty()) {
        const QByteArrayView line = takeLine(text);
        if (line.isEmpty())
            break;
        const qsizetype colon = line.indexOf(':');
        const QByteArrayView name = colon < 0 ? line : line.first(colon);
        fields.push_back({name, colon < 0 ? QByteArrayView() : line.sliced(colon + 1)});
        upperNames.push_back(name.toByteArray().toUpper());
    }
    const WallTime now(1'700'000'000'000ms);
    const auto headers = RatelimitHeaders::parse(status, fields, text, now);
    requireSane(headers);
    REQUIRE(headers.status == status);

    for (size_t i = 0; i < fields.size(); ++i)
        fields[i].name = upperNames[i];
    REQUIRE(RatelimitHeaders::parse(status, fields, text, now) == headers);
    return 0;
}
