// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/soak/VirtualServer.h"

namespace Turnstile::Soak {

using namespace std::chrono_literals;

// One in so many requests meets it.
static constexpr int refused = 20'000;
static constexpr int refusedForAll = 1'000'000;
static constexpr int blockedByTheEdge = 5'000'000;
static constexpr int gatewayFails = 300;
static constexpr int forbidden = 1'000;
static constexpr int garbled = 2'000;
static constexpr int bare = 3'000;
static constexpr int lies = 20'000;
static constexpr int swallowed = 700;

VirtualServer::VirtualServer(
    Random *random, Judge *judge, const Quota &global, Settings::Sabotage sabotage)
    : m_random(random)
    , m_judge(judge)
    , m_global(global)
    , m_sabotage(sabotage)
    , m_versions(rules().size(), 1)
{
    setUp();
}

BucketRule VirtualServer::ruleOf(size_t index) const
{
    BucketRule rule = rules()[index].bucket;
    rule.hash = QByteArray(rules()[index].name) + '.' + QByteArray::number(m_versions[index]);
    return rule;
}

void VirtualServer::setUp()
{
    m_model = ServerModel();
    m_epoch = WallTime(1'700'000'000s + m_random->upTo(4s));
    m_model.setEpoch(m_epoch);
    m_model.setGlobalLimit(m_global);
    for (const Route &route : routes())
        m_model.setLimit(route.name, ruleOf(size_t(route.rule)));
}

void VirtualServer::restart(TimePoint now)
{
    const WallTime before = m_epoch;
    setUp();
    m_judge->restarted(now, m_epoch < before);
}

void VirtualServer::renameOne()
{
    const auto index = size_t(m_random->below(int(m_versions.size())));
    ++m_versions[index];
    for (const Route &route : routes()) {
        if (size_t(route.rule) == index)
            m_model.setLimit(route.name, ruleOf(index));
    }
    m_judge->renamed(int(index));
}

bool VirtualServer::arrive(Request &request, TimePoint now, Outcome *outcome)
{
    ++m_requests;
    if (const auto kind = scripted(request)) {
        request.limitedBy = kind;
        outcome->limited(QStringLiteral("scripted"));
        answer(request, refusal(request, *kind, now));
        return true;
    }
    const ServerDecision decision =
        m_model.decide(request.queue().endpoint, now, request.place->credential);
    ServerReply reply = m_model.reply(decision);
    request.limitedBy = decision.limitedBy;
    if (decision.limitedBy) {
        answer(request, reply);
        judge(request, now, outcome);
        return true;
    }
    m_judge->passed(request, now);
    if (m_random->oneIn(swallowed))
        return false;
    spoil(request, &reply);
    answer(request, reply);
    return true;
}

// A 429 that no rule asks for.
std::optional<LimitKind> VirtualServer::scripted(const Request &request)
{
    static constexpr LimitKind ofOne[]{LimitKind::Bucket, LimitKind::Sublimit, LimitKind::Shared};
    if (m_random->oneIn(refused))
        return ofOne[m_random->below(3)];
    if (m_random->oneIn(refusedForAll) && !request.queue().endpoint.isExemptFromGlobal())
        return LimitKind::Global;
    if (m_random->oneIn(blockedByTheEdge))
        return LimitKind::Cloudflare;
    return {};
}

ServerReply VirtualServer::refusal(const Request &request, LimitKind kind, TimePoint now)
{
    if (kind == LimitKind::Cloudflare)
        return {.status = 429, .headers = {{"Retry-After", "1"}}, .body = "<html></html>"};
    // Whoever says that a bucket is full again at a time means it.
    const milliseconds window = rules()[size_t(request.queue().route->rule)].bucket.window;
    const milliseconds wait = (kind == LimitKind::Bucket ? window : 200ms) + m_random->upTo(3s);
    return m_model.reply(
        m_model.refuse(request.queue().endpoint, now, request.place->credential, kind, wait));
}

void VirtualServer::spoil(const Request &request, ServerReply *reply)
{
    if (request.place->isGone) {
        reply->status = 404;
        reply->body = R"({"message": "Unknown Webhook", "code": 10015})";
    } else if (m_random->oneIn(gatewayFails)) {
        *reply = {.status = 502, .headers = {{"Server", "nginx"}}, .body = "<html></html>"};
    } else if (m_random->oneIn(forbidden)) {
        reply->status = 403;
    } else if (m_random->oneIn(garbled)) {
        for (const char *name : {"Limit", "Remaining", "Reset", "Reset-After"})
            reply->setHeader(QByteArray("X-RateLimit-") + name, "many");
    } else if (m_random->oneIn(bare)) {
        reply->removeHeaders("X-RateLimit");
    } else if (reply->header("X-RateLimit-Bucket") && m_random->oneIn(lies)) {
        reply->setHeader("X-RateLimit-Bucket",
            lie + QByteArray(rules()[size_t(request.queue().route->rule)].name));
    }
}

void VirtualServer::answer(Request &request, const ServerReply &reply) const
{
    std::vector<HeaderField> fields;
    fields.reserve(size_t(reply.headers.size()));
    for (const auto &[name, value] : reply.headers)
        fields.push_back({name, value});
    request.headers = RatelimitHeaders::parse(reply.status, fields, reply.body, {});
    if (m_sabotage == Settings::Sabotage::Resets && request.headers.resetAfter)
        *request.headers.resetAfter = *request.headers.resetAfter * 3 / 4;
}

void VirtualServer::judge(const Request &request, TimePoint now, Outcome *outcome)
{
    const QString excuse = m_judge->excuse(request, now);
    outcome->limited(excuse);
    if (!excuse.isEmpty())
        return;
    m_judge->note(request, "refused", now);
    outcome->broken(QStringLiteral("no 429 that could be avoided"), m_judge->history(request));
}

} // namespace Turnstile::Soak
