// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/testing/FaultScript.h"

#include "ratelimit/testing/RoutePattern.h"

#include <QtCore/QCryptographicHash>

#include <algorithm>

namespace Turnstile {
namespace {

QByteArray wholeSeconds(milliseconds time)
{
    return QByteArray::number(std::chrono::ceil<std::chrono::seconds>(time).count());
}

bool applies(const Fault &fault, const QByteArray &pattern, bool exempt)
{
    if (exempt && fault.kind == Fault::Kind::GlobalLimit)
        return false;
    return fault.route.isEmpty() || fault.route == pattern
        || fault.route == withoutVariant(pattern);
}

void makeNonsense(ServerReply &reply)
{
    static constexpr const char *values[] = {"many", "-1", "NaN", "", "1e999", "\xff\xfe"};
    size_t next = 0;
    for (auto &[name, value] : reply.headers) {
        if (name.startsWith("X-RateLimit") || name == "Retry-After")
            value = values[next++ % std::size(values)];
    }
}

} // namespace

void FaultScript::add(const Fault &fault)
{
    m_entries.append({fault});
    m_entries.last().fault.route = routePattern(fault.route);
}

std::optional<Fault> FaultScript::next(const QByteArray &route, bool exempt)
{
    std::optional<Fault> result;
    if (m_entries.isEmpty())
        return result;
    const QByteArray pattern = routePattern(route);
    for (Entry &entry : m_entries) {
        if (result || !applies(entry.fault, pattern, exempt) || ++entry.seen < entry.fault.every)
            continue;
        entry.seen = 0;
        result = entry.fault;
        if (entry.fault.times != Fault::always)
            --entry.fault.times;
    }
    m_entries.removeIf([](const Entry &entry) { return entry.fault.times == 0; });
    return result;
}

ServerReply spoiled(ServerReply reply, const Fault &fault)
{
    switch (fault.kind) {
    case Fault::Kind::NoAnswer:
    case Fault::Kind::CloseBeforeAnswer:
    case Fault::Kind::CloseInTheMiddle:
        break;
    case Fault::Kind::MalformedHeaders:
        makeNonsense(reply);
        break;
    case Fault::Kind::MissingHeaders:
        reply.removeHeaders("X-RateLimit");
        break;
    case Fault::Kind::ServerError:
        reply.removeHeaders("X-RateLimit");
        reply.removeHeaders("Retry-After");
        reply.status = fault.status;
        reply.body = "{\"message\":\"" + QByteArray::number(fault.status) + ": "
            + reasonPhrase(fault.status) + "\",\"code\":0}";
        break;
    case Fault::Kind::CloudflarePage:
        reply.status = 429;
        reply.headers = {{"Date", reply.header("Date").value_or(QByteArray())},
            {"Content-Type", "text/html; charset=UTF-8"}, {"Server", "cloudflare"},
            {"Retry-After", wholeSeconds(fault.retryAfter)}};
        reply.body = "<!DOCTYPE html><html><head><title>Access denied</title></head>"
                     "<body><h1>Error 1015</h1><p>You are being rate limited</p></body></html>";
        break;
    case Fault::Kind::GlobalLimit:
        break; // the server model gives that answer
    case Fault::Kind::HashFlip:
        if (!reply.header("X-RateLimit-Bucket"))
            break;
        reply.setHeader("X-RateLimit-Bucket",
            fault.hash.isEmpty() ? QCryptographicHash::hash(
                *reply.header("X-RateLimit-Bucket"), QCryptographicHash::Md5)
                                       .toHex()
                                 : fault.hash);
        break;
    }
    return reply;
}

} // namespace Turnstile
