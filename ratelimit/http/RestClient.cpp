// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestClient.h"

#include "ratelimit/http/RestClientPrivate.h"
#include "ratelimit/http/RestReplyPrivate.h"
#include "ratelimit/Ratelimiter.h"

#include <algorithm>

namespace Turnstile {

RestClient::RestClient(Ratelimiter *limiter, QObject *parent)
    : RestClient(limiter, nullptr, parent)
{
}

RestClient::RestClient(Ratelimiter *limiter, QNetworkAccessManager *manager, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<RestClientPrivate>(limiter, manager))
{
}

RestClient::~RestClient()
{
    // Each one takes itself off the list; what its future calls may change the list, too.
    while (!d->replies.isEmpty())
        delete *d->replies.cbegin();
}

QUrl RestClient::baseUrl() const
{
    return d->baseUrl;
}

void RestClient::setBaseUrl(const QUrl &url)
{
    d->baseUrl = url;
}

void RestClient::setToken(const QByteArray &authorization)
{
    d->token = authorization;
    if (Ratelimiter *limiter = d->connections.limiter())
        limiter->tokenChanged();
}

QByteArray RestClient::userAgent() const
{
    return d->userAgent;
}

void RestClient::setUserAgent(const QByteArray &agent)
{
    d->userAgent = agent.isEmpty() ? RestClientPrivate::defaultUserAgent() : agent;
}

void RestClient::setDefaultHeader(const QByteArray &name, const QByteArray &value)
{
    const auto isName = [&name](const auto &header) {
        return header.first.compare(name, Qt::CaseInsensitive) == 0;
    };
    if (name.compare("Authorization", Qt::CaseInsensitive) == 0) {
        qCWarning(lcRest, "Authorization is no default header: use RestClient::setToken().");
        return;
    }
    d->headers.removeIf(isName);
    if (!value.isEmpty())
        d->headers.append({name, value});
}

RetryPolicy RestClient::retryPolicy() const
{
    return d->retryPolicy;
}

void RestClient::setRetryPolicy(const RetryPolicy &policy)
{
    d->retryPolicy = policy;
}

RestTimeouts RestClient::timeouts() const
{
    return d->timeouts;
}

void RestClient::setTimeouts(const RestTimeouts &timeouts)
{
    d->timeouts = timeouts;
}

qint64 RestClient::maxResponseSize() const
{
    return d->maxResponseSize;
}

void RestClient::setMaxResponseSize(qint64 bytes)
{
    d->maxResponseSize = std::max(bytes, qint64(0));
}

int RestClient::maxConnections() const
{
    return d->connections.most();
}

void RestClient::setMaxConnections(int most)
{
    d->connections.setMost(std::clamp(most, 1, RestConnections::ofManager));
}

RestReply *RestClient::send(
    Method method, QAnyStringView path, const RestBody &body, const RestOptions &options)
{
    auto priv = std::make_unique<RestReplyPrivate>(d.get(), method, path.toString(), body, options);
    RestReplyPrivate *reply = priv.get();
    auto *handle = new RestReply(std::move(priv), this);
    reply->begin(handle);
    return handle;
}

RestReply *RestClient::get(QAnyStringView path, const RestOptions &options)
{
    return send(Method::Get, path, {}, options);
}

RestReply *RestClient::post(QAnyStringView path, const RestBody &body, const RestOptions &options)
{
    return send(Method::Post, path, body, options);
}

RestReply *RestClient::put(QAnyStringView path, const RestBody &body, const RestOptions &options)
{
    return send(Method::Put, path, body, options);
}

RestReply *RestClient::patch(QAnyStringView path, const RestBody &body, const RestOptions &options)
{
    return send(Method::Patch, path, body, options);
}

RestReply *RestClient::del(QAnyStringView path, const RestOptions &options)
{
    return send(Method::Delete, path, {}, options);
}

} // namespace Turnstile
