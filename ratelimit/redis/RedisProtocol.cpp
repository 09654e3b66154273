// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/redis/RedisProtocol.h"

#include <hiredis/hiredis.h>

namespace Turnstile {

static RedisReply valueOf(const redisReply &reply)
{
    RedisReply value;
    switch (reply.type) {
    case REDIS_REPLY_INTEGER:
        value.integer = reply.integer;
        break;
    case REDIS_REPLY_ERROR:
        // Some repeat the command, with the password or with a request in it.
        value.error = QString::fromUtf8(reply.str, qsizetype(reply.len))
                          .section(QStringLiteral(", with args"), 0, 0);
        break;
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_STRING:
        value.string = QByteArray(reply.str, qsizetype(reply.len));
        break;
    case REDIS_REPLY_ARRAY:
        value.array.reserve(qsizetype(reply.elements));
        for (size_t i = 0; i < reply.elements; ++i)
            value.array.append(valueOf(*reply.element[i]));
        break;
    default: // nil
        break;
    }
    return value;
}

void RedisProtocol::Free::operator()(redisReader *reader) const
{
    redisReaderFree(reader);
}

RedisProtocol::RedisProtocol()
    : m_reader(redisReaderCreate())
{
    Q_CHECK_PTR(m_reader);
}

QByteArray RedisProtocol::encode(const QByteArrayList &command)
{
    QByteArray bytes = '*' + QByteArray::number(command.size()) + "\r\n";
    for (const QByteArray &part : command)
        bytes += '$' + QByteArray::number(part.size()) + "\r\n" + part + "\r\n";
    return bytes;
}

void RedisProtocol::feed(const QByteArray &bytes)
{
    redisReaderFeed(m_reader.get(), bytes.constData(), size_t(bytes.size()));
}

std::optional<RedisReply> RedisProtocol::next()
{
    void *found = nullptr;
    if (redisReaderGetReply(m_reader.get(), &found) != REDIS_OK)
        m_problem = QString::fromUtf8(m_reader->errstr);
    if (!found)
        return {};
    const RedisReply value = valueOf(*static_cast<redisReply *>(found));
    freeReplyObject(found);
    return value;
}

} // namespace Turnstile
