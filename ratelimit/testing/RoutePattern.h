// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>

namespace Turnstile {

/// A route, as a person or Endpoint::route() names it, in the form in which routes are compared:
/// what the parameters are called does not matter, so `GET /guilds/{guild.id}` is
/// `GET /guilds/{}`.
QByteArray routePattern(const QByteArray &route);

/// A pattern without the variant that may follow it, as in `DELETE /channels/{}/messages/{} (old)`.
QByteArray withoutVariant(const QByteArray &pattern);

} // namespace Turnstile
