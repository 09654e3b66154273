// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Enums.h"

#include <QtCore/QByteArray>
#include <QtCore/QList>
#include <QtCore/QString>
#include <QtCore/QUrl>

namespace Turnstile {

/// Where a request goes.
struct RestTarget {
    QUrl url;
    QByteArray path; ///< as an Endpoint reads it: below the base, percent-encoded
    QString fault;   ///< why it cannot go there, one sentence; empty: it can

    /// \a path below \a base. Escapes and the query are kept; what would leave the base is a fault.
    static RestTarget of(const QUrl &base, const QString &path);
    /// Where \a location leads, seen from here: on the same scheme, host and port, else a fault.
    RestTarget redirected(const QUrl &base, const QByteArray &location) const;

    /// Parts of the path and query that look like secrets.
    QList<QByteArray> secrets() const;
};

/// The method with which a redirect of that \a status is followed; nothing where it would change
/// what a POST means.
std::optional<Method> redirectedMethod(Method method, int status);

} // namespace Turnstile
