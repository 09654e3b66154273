// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestTexts.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

#include <algorithm>

namespace Turnstile {

namespace {

constexpr qsizetype longestApiText = 300;
constexpr int deepestApiError = 16;

// The first complaint in Discord's tree of errors, with the name of the field it is about.
QString firstComplaint(const QJsonValue &value, const QString &field, int depth = 0)
{
    if (depth > deepestApiError)
        return {};
    const QJsonObject object = value.toObject();
    const QJsonArray complaints = object.value(QLatin1String("_errors")).toArray();
    for (const auto &complaint : complaints) {
        const QString text = complaint.toObject().value(QLatin1String("message")).toString();
        if (!text.isEmpty())
            return field.isEmpty() ? text : field + QStringLiteral(": ") + text;
    }
    for (auto it = object.begin(); it != object.end(); ++it) {
        const QString name = field.isEmpty() ? it.key() : field + u'.' + it.key();
        if (const QString text = firstComplaint(it.value(), name, depth + 1); !text.isEmpty())
            return text;
    }
    return {};
}

// One line that is shown inside a sentence.
QString inSentence(QString text, const QList<QByteArray> &secrets)
{
    for (const QByteArray &secret : secrets)
        text.replace(QString::fromUtf8(secret), QStringLiteral("••••"));
    std::ranges::replace_if(
        text, [](QChar c) { return !c.isPrint(); }, u' ');
    text = text.simplified();
    if (text.size() > longestApiText)
        text = text.left(longestApiText - 1) + u'…';
    while (text.endsWith(u'.'))
        text.chop(1);
    return text;
}

QString connectionText(QNetworkReply::NetworkError error)
{
    switch (error) {
    case QNetworkReply::ConnectionRefusedError:
        return QStringLiteral("The server refuses connections.");
    case QNetworkReply::HostNotFoundError:
        return QStringLiteral("The server's name is not known.");
    case QNetworkReply::RemoteHostClosedError:
    case QNetworkReply::ContentReSendError: // the manager would have liked to send it again
        return QStringLiteral("The server closed the connection before it answered.");
    case QNetworkReply::TimeoutError:
        return QStringLiteral("The connection timed out.");
    case QNetworkReply::SslHandshakeFailedError:
        return QStringLiteral(
            "There is no secure connection: the server's certificate or the handshake failed.");
    case QNetworkReply::TemporaryNetworkFailureError:
    case QNetworkReply::NetworkSessionFailedError:
        return QStringLiteral("The network is gone.");
    case QNetworkReply::ProxyConnectionRefusedError:
    case QNetworkReply::ProxyConnectionClosedError:
    case QNetworkReply::ProxyNotFoundError:
    case QNetworkReply::ProxyTimeoutError:
    case QNetworkReply::ProxyAuthenticationRequiredError:
    case QNetworkReply::UnknownProxyError:
        return QStringLiteral("The proxy does not let the connection through.");
    case QNetworkReply::NoError:
    case QNetworkReply::ProtocolFailure:
    case QNetworkReply::ProtocolUnknownError:
        return QStringLiteral("What the server answers is not HTTP.");
    default:
        return QStringLiteral("The connection failed (network error %1).").arg(int(error));
    }
}

} // namespace

RestError restError(RestError::Code code, const QString &message)
{
    RestError error;
    error.code = code;
    error.message = message;
    return error;
}

RestError connectionError(QNetworkReply::NetworkError error, bool answered)
{
    const bool isTls = error == QNetworkReply::SslHandshakeFailedError;
    RestError result =
        restError(isTls ? RestError::Code::TlsFailed : RestError::Code::ConnectionFailed,
            answered ? QStringLiteral("The connection broke while the answer came.")
                     : connectionText(error));
    result.network = error;
    return result;
}

RestError answerError(int status, const QByteArray &body, const QList<QByteArray> &secrets)
{
    using Code = RestError::Code;
    const bool isRefusal = status < 500;
    RestError error;
    error.code = status == 429 ? Code::RateLimited
        : isRefusal            ? Code::ClientError
                               : Code::ServerError;

    const QJsonObject answer = QJsonDocument::fromJson(body).object();
    error.apiCode = answer.value(QLatin1String("code")).toInt();
    QString text = answer.value(QLatin1String("message")).toString();
    if (const QString prefix = QStringLiteral("%1: ").arg(status); text.startsWith(prefix))
        text.remove(0, prefix.size()); // as in "401: Unauthorized"; the number is shown anyway
    const QString complaint = firstComplaint(answer.value(QLatin1String("errors")), {});
    if (!complaint.isEmpty())
        text = text.isEmpty() ? complaint : text + QStringLiteral("; ") + complaint;
    text = inSentence(text, secrets);

    QString numbers = QString::number(status);
    if (error.apiCode != 0)
        numbers += QStringLiteral(", code %1").arg(error.apiCode);
    const QString sentence = status == 429 ? QStringLiteral("The API says too many requests")
        : isRefusal                        ? QStringLiteral("The API refused the request")
                                           : QStringLiteral("The server failed");
    error.message = text.isEmpty() ? QStringLiteral("%1 (%2).").arg(sentence, numbers)
                                   : QStringLiteral("%1: %2 (%3).").arg(sentence, text, numbers);
    return error;
}

QString durationText(milliseconds time)
{
    if (time < milliseconds(1000))
        return QStringLiteral("%1 ms").arg(time.count());
    return QStringLiteral("%1 s").arg(double(time.count()) / 1000);
}

} // namespace Turnstile
