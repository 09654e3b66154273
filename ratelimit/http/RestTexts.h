// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"
#include "ratelimit/http/RestError.h"

#include <QtCore/QByteArray>
#include <QtCore/QList>

namespace Turnstile {

/// \file
/// The errors of requests in words. QNetworkReply::errorString() names the URL, tokens and all, so
/// nothing of it is used.

RestError restError(RestError::Code code, const QString &message);

/// Why no answer came, or not all of it; \a answered: the headers did.
RestError connectionError(QNetworkReply::NetworkError error, bool answered);

/// What an answer with a \a status of 400 and more says: its \a body's message, if it is JSON as
/// Discord writes it. \a secrets are not shown, even if the server repeats them.
RestError answerError(int status, const QByteArray &body, const QList<QByteArray> &secrets);

/// As in "30 s", "1.5 s", "250 ms".
QString durationText(milliseconds time);

} // namespace Turnstile
