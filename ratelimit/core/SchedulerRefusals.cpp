// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What ends waiting tickets besides: the token, or their webhook, is refused.
#include "ratelimit/core/SchedulerPrivate.h"

#include <algorithm>

namespace Turnstile {

// Tokens and webhooks of which something is remembered. Beyond that the oldest is forgotten, which
// costs one more answer that says the same.
static constexpr qsizetype mostRemembered = 1000;

template <typename Value, typename TimeOf>
static void remember(
    QHash<QByteArray, Value> &known, const QByteArray &key, const Value &value, TimeOf timeOf)
{
    known.insert(key, value);
    if (known.size() > mostRemembered)
        known.erase(std::ranges::min_element(std::as_const(known), {}, timeOf));
}

void SchedulerPrivate::judge(const Ticket &ticket, const RatelimitHeaders &headers)
{
    const Lane *lane = ticket.lane;
    if (headers.status > 0 && invalid.add(headers.status, headers.scope, now)) {
        Event &counted = tell(Event::Type::InvalidRequest);
        counted.status = headers.status;
        counted.lane = lane->id;
        counted.bucket = lane->bucket->id;
        counted.count = invalid.count(now);
    }

    const Endpoint &endpoint = lane->endpoint;
    const QByteArray &credential = endpoint.credential().fingerprint();
    const bool isOfOldToken = ticket.times->grantedAt < m_tokenSince.value(credential);
    if (endpoint.isAuthorized() && !isOfOldToken) {
        if (headers.status == 401) {
            refuse(*lane);
        } else if (headers.status < 500 && headers.status != 429) {
            const auto known = m_refused.constFind(credential);
            if (known != m_refused.cend() && !known->all)
                m_refused.erase(known);
        }
    }

    // 10015 is "unknown webhook". Where the body is not known, a 404 for the webhook itself says
    // the same; for one of its messages it does not.
    constexpr int unknownWebhook = 10015;
    if (headers.status == 404 && endpoint.majorResource().startsWith("webhooks/")
        && (headers.code == unknownWebhook
            || (headers.code == 0 && !endpoint.route().contains("/messages")))
        && !isGone(endpoint)) {
        remember(m_gone, endpoint.majorResource(), now + options.idleBucketLifetime,
            [](TimePoint until) { return until; });
        lanes.forEach([&](Lane &other) {
            if (other.head() && other.endpoint.majorResource() == endpoint.majorResource())
                rejectWaiting(&other, TicketError::Code::WebhookGone);
        });
    }
}

// Some routes take no token of bots at all. So one 401 closes its own lane; the second from
// elsewhere, with no authorised success between them, means the token.
void SchedulerPrivate::refuse(const Lane &lane)
{
    const QByteArray &credential = lane.endpoint.credential().fingerprint();
    const auto known = m_refused.find(credential);
    if (known == m_refused.end()) {
        remember(m_refused, credential, {lane.endpoint.lane(), false, now},
            [](const Refused &refused) { return refused.since; });
        for (Lane *other = lane.bucket->lanes.first(); other;
             other = lane.bucket->lanes.next(other)) {
            if (other->endpoint == lane.endpoint)
                rejectWaiting(other, TicketError::Code::Unauthorized);
        }
    } else if (!known->all && known->lane != lane.endpoint.lane()) {
        known->all = true;
        lanes.forEach([this](Lane &other) {
            if (other.head() && isUnauthorized(other.endpoint))
                rejectWaiting(&other, TicketError::Code::Unauthorized);
        });
    }
}

void SchedulerPrivate::tokenChanged(const Credential &credential)
{
    m_refused.remove(credential.fingerprint());
    remember(m_tokenSince, credential.fingerprint(), now, [](TimePoint since) { return since; });
}

bool SchedulerPrivate::isRefused(const Endpoint &endpoint) const
{
    if (!endpoint.isAuthorized())
        return false;
    const auto refused = m_refused.find(endpoint.credential().fingerprint());
    return refused != m_refused.end() && (refused->all || refused->lane == endpoint.lane());
}

bool SchedulerPrivate::isRemembered(const Endpoint &endpoint) const
{
    return m_gone.value(endpoint.majorResource(), now) > now;
}

} // namespace Turnstile
