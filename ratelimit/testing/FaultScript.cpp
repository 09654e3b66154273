// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/testing/FaultScript.h"

#include "ratelimit/testing/RoutePattern.h"

#include <QtCore/QCryptographicHash>

#include <algorithm>

namespace Turnstile {

std::optional<LimitKind> Fault::limitedBy() const
{
    switch (kind) {
    case Kind::CloudflarePage:
        return LimitKind::Cloudflare;
    case Kind::GlobalLimit:
        return LimitKind::Global;
    case Kind::RateLimit:
        return limit;
    default:
        return std::nullopt;
    }
}

namespace {

QByteArray wholeSeconds(milliseconds time)
{
    return QByteArray::number(std::chrono::ceil<std::chrono::seconds>(time).count());
}

bool applies(const Fault &fault, const QByteArray &pattern, bool exempt)
{
    if (exempt && fault.limitedBy() == LimitKind::Global)
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

QByteArray statusText(int status)
{
    return QByteArray::number(status) + ": " + reasonPhrase(status);
}

void makeApiError(ServerReply &reply, int status, int code)
{
    reply.status = status;
    reply.body =
        "{\"message\":\"" + statusText(status) + "\",\"code\":" + QByteArray::number(code) + '}';
}

/// Nothing of the API's is left.
void makePage(ServerReply &reply, int status, const QByteArray &server, const QByteArray &body)
{
    reply.status = status;
    reply.headers = {{"Date", reply.header("Date").value_or(QByteArray())},
        {"Content-Type", "text/html; charset=UTF-8"}, {"Server", server}};
    reply.body = body;
}

void makeCloudflarePage(ServerReply &reply, milliseconds retryAfter)
{
    makePage(reply, 429, "cloudflare",
        "<!DOCTYPE html><html><head><title>Access denied</title></head>"
        "<body><h1>Error 1015</h1><p>You are being rate limited</p></body></html>");
    reply.setHeader("Retry-After", wholeSeconds(retryAfter));
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
    const auto status = [&fault](int usual) { return fault.status > 0 ? fault.status : usual; };
    switch (fault.kind) {
    case Fault::Kind::NoAnswer:
    case Fault::Kind::CloseBeforeAnswer:
    case Fault::Kind::CloseInTheMiddle:
    case Fault::Kind::Reset:
    case Fault::Kind::SlowDrip:
    case Fault::Kind::Oversize:
        break; // the connection does that
    case Fault::Kind::MalformedHeaders:
        makeNonsense(reply);
        break;
    case Fault::Kind::MissingHeaders:
        reply.removeHeaders("X-RateLimit");
        break;
    case Fault::Kind::ServerError:
        reply.removeHeaders("X-RateLimit");
        reply.removeHeaders("Retry-After");
        makeApiError(reply, status(503), 0);
        break;
    case Fault::Kind::BadGateway:
        makePage(reply, 502, "nginx",
            "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
            "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n"
            "</body>\r\n</html>\r\n");
        break;
    case Fault::Kind::ApiError:
        makeApiError(reply, status(403), fault.code);
        break;
    case Fault::Kind::Redirect:
        makePage(reply, status(307), "nginx", "<html><body>Moved</body></html>");
        reply.setHeader("Location", fault.location);
        break;
    case Fault::Kind::CloudflarePage:
    case Fault::Kind::GlobalLimit:
    case Fault::Kind::RateLimit:
        if (fault.limitedBy() == LimitKind::Cloudflare)
            makeCloudflarePage(reply, fault.retryAfter);
        break; // the server model gives the other answers
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
