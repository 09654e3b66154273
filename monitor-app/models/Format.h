// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"

#include <QtCore/QByteArrayView>
#include <QtCore/QString>

#include <optional>

namespace Turnstile::Monitor::Format {

/// How long until something happens: `now`, `0.4 s`, `3.2 s`, `6:52`, `1:02:03`. Rounded up.
QString countdown(milliseconds left);

/// How long something took or waits: `84 ms`, `1.2 s`, `14 s`, `6:52`; `–` for nothing.
QString duration(std::optional<milliseconds> duration);

/// Two durations, with one unit where they share it: `12 / 480 ms`, `12 ms / 1.2 s`.
QString durations(std::optional<milliseconds> a, std::optional<milliseconds> b);

/// An age in whole seconds: `12 s`, `6:52`, `1:02:03`.
QString age(std::chrono::seconds age);

/// As a clock: `0:12`, `6:52`, `1:02:03`.
QString clock(std::chrono::seconds seconds);

/// Events per second: `38.2 /s`, `104 /s`.
QString rate(double perSecond);

/// A whole number in groups of three: `10 000`.
QString count(quint64 number);

/// The ends of a bucket's hash: `a1f3…9c`; `–` when there is none.
QString shortHash(QByteArrayView hash);

} // namespace Turnstile::Monitor::Format
