// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "tests/common/RedisScript.h"
#include "tools/turnstile-sim/ScriptHost.h"

/// A real Redis in place of the one in turnstile-sim, on the caller's time.
class RedisHost final : public Turnstile::Sim::ScriptHost {
public:
    RedisHost(RedisServer &server, const QByteArray &keys)
        : m_script(server, keys)
        , m_wakes(m_script)
    {
    }

    /// \a request, and what time it is.
    static QByteArray timed(const QByteArray &request, Turnstile::TimePoint now)
    {
        QJsonObject whole = QJsonDocument::fromJson(request).object();
        whole[QStringLiteral("now")] =
            qint64(std::chrono::floor<Turnstile::milliseconds>(now.time_since_epoch()).count());
        return QJsonDocument(whole).toJson(QJsonDocument::Compact);
    }
    Reply call(const QByteArray &request, Turnstile::TimePoint now) override
    {
        return {m_script.call(timed(request, now))};
    }
    QByteArrayList takeMessages() override { return m_wakes.take(); }
    QByteArray callAsItIs(const QByteArray &request) { return m_script.call(request); }

private:
    RedisScript m_script;
    RedisWakes m_wakes;
};
