// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/redis/RedisReply.h"

#include <QtCore/QByteArrayList>

#include <memory>
#include <optional>

struct redisReader;

namespace Turnstile {

/// Redis' protocol, version 2: bytes to and from. Reads with hiredis.
class RedisProtocol {
public:
    RedisProtocol();

    /// \a command as it is sent.
    static QByteArray encode(const QByteArrayList &command);

    void feed(const QByteArray &bytes);
    /// The next reply that is complete; nothing: more is needed, or there is a problem.
    std::optional<RedisReply> next();
    /// Why the rest cannot be read; empty: it can.
    const QString &problem() const { return m_problem; }

private:
    struct Free {
        void operator()(redisReader *reader) const;
    };
    std::unique_ptr<redisReader, Free> m_reader;
    QString m_problem;
};

} // namespace Turnstile
