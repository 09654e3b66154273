// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/http/RestBody.h"
#include "ratelimit/http/RestOptions.h"
#include "ratelimit/http/RestReply.h"
#include "ratelimit/http/RetryPolicy.h"
#include "ratelimit/turnstile_ratelimit_export.h"

#include <QtCore/QAnyStringView>
#include <QtCore/QObject>
#include <QtCore/QUrl>

#include <memory>

QT_BEGIN_NAMESPACE
class QNetworkAccessManager;
QT_END_NAMESPACE

namespace Turnstile {

class Ratelimiter;
class RestClientPrivate;

/// Sends requests to the API: takes the ticket, sends, tells the limiter what came, tries again
/// where that is safe, and says how it went.
///
/// ```
/// RestClient client(&limiter);
/// client.setToken("Bot " + token);
/// RestReply *reply = client.post("/channels/1/messages", QJsonObject{{"content", "hello"}});
/// connect(reply, &RestReply::finished, this, [reply] {
///     if (reply->error())
///         qWarning() << reply->error().message;
///     else
///         qInfo() << reply->json()["id"];
/// });
/// ```
///
/// Lives in one thread and is used there only; the limiter may live in another one and be shared
/// by clients of several threads. It is not owned; one of another thread must outlive the client.
/// Once it is gone, or if it is null, requests end with TicketError::Code::RatelimiterGone.
///
/// What it takes care of:
/// - No more tickets are in flight than the manager has connections for (maxConnections()). That
///   holds for interaction callbacks, too, which have three seconds: use a client of its own for
///   them where long uploads or downloads may take all connections of this one.
/// - The ticket is told when the request is sent, and completed when the headers are there, at the
///   latest 5 ms later; when the body is there for a 429 or 404, whose body says what kind it is,
///   and for a failure of the server after which it is tried again.
/// - A 429 keeps its ticket and its place in the lane, and goes again when the limit has passed.
/// - Redirects are followed on the same scheme, host and port only, each with a ticket of its own;
///   the token goes nowhere else.
/// - The token, and tokens in paths, appear in no error, log or monitor.
/// - A POST or PATCH with a body is sent once, unless it is said to be repeatable. When a
///   connection breaks before the answer, a QNetworkAccessManager (6.4) sends the request again by
///   itself, whatever the method: once, and up to three times when part of an answer has come. It
///   cannot, where the body is handed over so that it can be read once only. It may send any other
///   request again, also a POST without a body; RestResult::resent counts that.
///
/// HTTP/2 is not used: how many requests may run side by side would be the server's secret.
class TURNSTILE_RATELIMIT_EXPORT RestClient : public QObject {
    Q_OBJECT
public:
    /// A client with a network manager of its own.
    explicit RestClient(Ratelimiter *limiter, QObject *parent = nullptr);
    /// One that uses \a manager, which must live in this thread and outlive the client: for
    /// proxies, certificates and the like. Others should not use it for the same host.
    RestClient(Ratelimiter *limiter, QNetworkAccessManager *manager, QObject *parent = nullptr);
    /// Cancels what has not finished; the replies go with it.
    ~RestClient() override;

    /// Where paths start; `https://discord.com/api/v10` at first.
    QUrl baseUrl() const;
    void setBaseUrl(const QUrl &url);

    /// The value of `Authorization`, as in `Bot MTk4...`; empty: none. A new one lets tickets pass
    /// again that the limiter has failed since the API refused the old one. Used from the next
    /// attempt on, which fails if it cannot be sent. It cannot be read back, and is never logged.
    void setToken(const QByteArray &authorization);

    /// The value of `User-Agent`. Discord wants `DiscordBot (url, version)` with the URL of your
    /// bot; until you say so, it names this library.
    QByteArray userAgent() const;
    void setUserAgent(const QByteArray &agent);

    /// Sets a header of all requests; an empty \a value takes it away. `Authorization` is refused
    /// with a warning: use setToken().
    void setDefaultHeader(const QByteArray &name, const QByteArray &value);

    /// When requests are tried again, unless RestOptions::retry says otherwise.
    RetryPolicy retryPolicy() const;
    void setRetryPolicy(const RetryPolicy &policy);
    /// How long they may take, unless RestOptions::timeouts says otherwise.
    RestTimeouts timeouts() const;
    void setTimeouts(const RestTimeouts &timeouts);

    /// The longest answer that is taken, in bytes; 16 MiB at first. Of answers that are none of
    /// success 64 KiB are taken at the most, and the rest is left.
    qint64 maxResponseSize() const;
    void setMaxResponseSize(qint64 bytes);

    /// How many requests may be on their way at a time: 1 to 6. Six at first, which is as many
    /// connections as a QNetworkAccessManager opens to one host.
    int maxConnections() const;
    void setMaxConnections(int most);

    /// Sends a request to \a path, which is relative to baseUrl() and may have a query. The reply
    /// belongs to the client; see RestReply about its end. Whatever is wrong is told by the reply.
    RestReply *send(Method method, QAnyStringView path, const RestBody &body = {},
        const RestOptions &options = {});
    /// send() with GET.
    RestReply *get(QAnyStringView path, const RestOptions &options = {});
    /// send() with POST.
    RestReply *post(
        QAnyStringView path, const RestBody &body = {}, const RestOptions &options = {});
    /// send() with PUT.
    RestReply *put(QAnyStringView path, const RestBody &body = {}, const RestOptions &options = {});
    /// send() with PATCH.
    RestReply *patch(QAnyStringView path, const RestBody &body, const RestOptions &options = {});
    /// send() with DELETE.
    RestReply *del(QAnyStringView path, const RestOptions &options = {});

private:
    std::unique_ptr<RestClientPrivate> d;
};

} // namespace Turnstile
