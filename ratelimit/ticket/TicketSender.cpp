// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/ticket/TicketSender.h"

#include "ratelimit/ticket/TicketChannelState.h"

#include <QtCore/QVariant>
#include <QtCore/QVarLengthArray>
#include <QtNetwork/QNetworkReply>
#include <QtNetwork/QNetworkRequest>

#include <chrono>
#include <utility>

namespace Turnstile {

namespace {

// "Tick", far from what applications count up from QNetworkRequest::User.
constexpr auto stampAttribute = QNetworkRequest::Attribute(int(QNetworkRequest::User) + 0x5469);
static_assert(stampAttribute <= QNetworkRequest::UserMax);

constexpr qint64 maxBody = qint64(64) * 1024;

int statusOf(const QNetworkReply *reply)
{
    return reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
}

// The headers of a cached reply are old: they say nothing about the limits of now.
bool isFromCache(const QNetworkReply *reply)
{
    return reply->attribute(QNetworkRequest::SourceIsFromCacheAttribute).toBool();
}

bool preventsSending(QNetworkReply::NetworkError error)
{
    switch (error) {
    case QNetworkReply::ConnectionRefusedError:
    case QNetworkReply::HostNotFoundError:
    case QNetworkReply::SslHandshakeFailedError:
    case QNetworkReply::ProxyConnectionRefusedError:
    case QNetworkReply::ProxyNotFoundError:
    case QNetworkReply::ProtocolUnknownError:
        return true;
    default:
        return false;
    }
}

enum class Sent : quint8 { No, Unknown, Yes };

void completeFrom(const TicketSender &sender, QNetworkReply *reply, Sent sent)
{
    if (isFromCache(reply)) {
        // Sent all the same where the server was asked whether the copy is still good.
        if (sent == Sent::Yes)
            sender.lost();
        else
            sender.drop();
    } else if (statusOf(reply) != 0) {
        sender.headers(headersOf(reply));
    } else if (reply->error() == QNetworkReply::NoError) {
        sender.headers({});
    } else if (sent == Sent::No && preventsSending(reply->error())) {
        sender.drop();
    } else {
        sender.lost();
    }
}

// Lives in the reply, and dies with it if it does not finish.
class ReplyFollower : public QObject {
public:
    ReplyFollower(TicketSender sender, QNetworkReply *reply)
        : QObject(reply)
        , m_sender(std::move(sender))
        , m_reply(reply)
    {
        connect(reply, &QNetworkReply::requestSent, this, &ReplyFollower::requestSent);
        connect(reply, &QNetworkReply::metaDataChanged, this, &ReplyFollower::headersCame);
        connect(reply, &QNetworkReply::finished, this, &ReplyFollower::finished);
    }
    ~ReplyFollower() override { takeSender().lost(); }
    Q_DISABLE_COPY_MOVE(ReplyFollower)

    // The status is the last one: no redirect will follow it, and no body is needed to read it.
    void headersCame()
    {
        const int status = statusOf(m_reply);
        const bool isRedirect = status >= 300 && status < 400;
        const bool needsBody = RatelimitHeaders::readsBody(status);
        if (status >= 200 && !isRedirect && !needsBody && !isFromCache(m_reply))
            takeSender().headers(headersOf(m_reply));
    }

private:
    void requestSent()
    {
        m_sent = Sent::Yes;
        m_sender.sent();
    }

    void finished() { completeFrom(takeSender(), m_reply, m_sent); }

    // Whoever is told may delete the reply and this, so the sender must not be a member then.
    TicketSender takeSender() { return std::exchange(m_sender, {}); }

    TicketSender m_sender;
    QNetworkReply *m_reply;
    Sent m_sent = Sent::No;
};

} // namespace

TicketSender::TicketSender() = default;
TicketSender::TicketSender(const TicketSender &) = default;
TicketSender::TicketSender(TicketSender &&) noexcept = default;
TicketSender &TicketSender::operator=(const TicketSender &) = default;
TicketSender &TicketSender::operator=(TicketSender &&) noexcept = default;
TicketSender::~TicketSender() = default;

TicketSender::TicketSender(std::shared_ptr<TicketGrant> grant)
    : d(std::move(grant))
{
}

bool TicketSender::isValid() const
{
    return d != nullptr;
}

// Whoever is told may destroy this sender, so the grant is held by a copy meanwhile.

bool TicketSender::sent() const
{
    const auto grant = d;
    return grant && grant->sent();
}

bool TicketSender::headers(const std::optional<RatelimitHeaders> &headers) const
{
    const auto grant = d;
    return grant && grant->complete(Response::answered(headers));
}

bool TicketSender::lost() const
{
    const auto grant = d;
    return grant && grant->complete(Response::lost());
}

bool TicketSender::drop() const
{
    const auto grant = d;
    return grant && grant->complete(Response::unused());
}

bool TicketSender::retry(const Response &response, milliseconds wait) const
{
    const auto grant = d;
    return grant && grant->complete(response, true, wait);
}

void TicketSender::follow(QNetworkReply *reply) const
{
    if (!isValid())
        return;
    if (!reply) {
        drop();
    } else if (reply->isFinished()) {
        completeFrom(*this, reply, Sent::Unknown); // too late to know
    } else {
        auto *follower = new ReplyFollower(*this, reply);
        follower->headersCame(); // if they have come already
    }
}

void TicketSender::stamp(QNetworkRequest &request) const
{
    if (!isValid())
        return;
    d->setStamped();
    request.setAttribute(stampAttribute, QVariant::fromValue(*this));
}

TicketSender TicketSender::fromRequest(const QNetworkRequest &request)
{
    return request.attribute(stampAttribute).value<TicketSender>();
}

RatelimitHeaders headersOf(QNetworkReply *reply)
{
    const int status = statusOf(reply);
    return headersOf(status, reply->rawHeaderPairs(),
        RatelimitHeaders::readsBody(status) ? reply->peek(maxBody) : QByteArray());
}

RatelimitHeaders headersOf(
    int status, const QList<std::pair<QByteArray, QByteArray>> &headers, QByteArrayView body)
{
    QVarLengthArray<HeaderField, 32> fields;
    for (const auto &[name, value] : headers)
        fields.append({name, value});
    const auto now = std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
    return RatelimitHeaders::parse(status, fields, body, now);
}

} // namespace Turnstile
