// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Event.h"
#include "ratelimit/core/RatelimitHeaders.h"
#include "tools/turnstile-sim/Scenario.h"

#include <QtCore/QJsonObject>

/// \file
/// How a replay puts what happens into words.

namespace Turnstile::Sim {

/// Milliseconds: whole where they are.
QJsonValue inMs(Elapsed time);

/// What the server called \a bytes, as text; what is no UTF-8 is replaced.
QString textOfBytes(const QByteArray &bytes);

QString nameOf(LimitKind kind);
QString nameOf(WaitReason reason);
QString nameOf(Anomaly anomaly);

/// The word for how a ticket ended: `completed`, `lost`, ...
QString howEnded(const Event &event);
/// One sentence for people; empty for what was completed.
QString whyEnded(const Event &event, const QString &lostBecause, milliseconds responseTimeout);

/// What a response says, without what it does not say.
QJsonObject parsedHeaders(const RatelimitHeaders &headers);

} // namespace Turnstile::Sim
