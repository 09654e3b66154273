// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QList>
#include <QtCore/QString>

namespace Turnstile {

/// What Redis replied to one command, or why there is no reply.
struct RedisReply {
    QString error{};     ///< Redis' own words (`NOSCRIPT ...`), or a sentence of ours; or empty
    qint64 integer = 0;  ///< where it is a number
    QByteArray string{}; ///< where it is a text; null for nil
    QList<RedisReply> array{}; ///< where it is a list

    bool isError() const { return !error.isEmpty(); }

    friend bool operator==(const RedisReply &, const RedisReply &) = default;
};

} // namespace Turnstile
