// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/MemoryRedis.h"

#include <QtTest/QTest>

using namespace Turnstile::Sim;
using namespace std::chrono_literals;

// What it replies to the script is compared with a real Redis by RedisImitationTest.
class MemoryRedisTest : public QObject {
    Q_OBJECT

private:
    MemoryRedis m_redis;

    // The reply as redis-cli shows it, more or less.
    QByteArray call(const QByteArray &command)
    {
        QByteArray problem;
        const RedisValue reply = m_redis.execute(command.split(' '), &problem);
        if (!problem.isEmpty())
            return "-" + problem;
        if (const auto *number = std::get_if<qint64>(&reply))
            return QByteArray::number(*number);
        if (const auto *text = std::get_if<QByteArray>(&reply))
            return *text;
        QByteArrayList words;
        if (const auto *list = std::get_if<RedisList>(&reply)) {
            for (const auto &word : *list)
                words.append(word.value_or("nil"));
            return '[' + words.join(' ') + ']';
        }
        return "nil";
    }

private Q_SLOTS:
    void init() { m_redis = {}; }

    void keepsHashes()
    {
        QCOMPARE(call("HSET h b 1 a 2"), "2");
        QCOMPARE(call("HSET h b 3 c 4"), "1");
        QCOMPARE(call("HMGET h a x b"), "[2 nil 3]");
        QCOMPARE(call("HGETALL h"), "[a 2 b 3 c 4]");
        QCOMPARE(call("HLEN h"), "3");
        QCOMPARE(call("HDEL h a b x"), "2");
        QCOMPARE(call("HDEL h c"), "1");
        QCOMPARE(call("EXISTS h"), "0");
        QCOMPARE(call("HGETALL h"), "[]");
    }

    void sortsSets()
    {
        QCOMPARE(call("ZADD z 2 b 1.5 c 2 a inf d"), "4");
        QCOMPARE(call("ZADD z 1 b 3 e"), "1");
        QCOMPARE(call("ZRANGE z 0 -1 WITHSCORES"), "[b 1 c 1.5 a 2 e 3 d inf]");
        QCOMPARE(call("ZRANGE z -2 9"), "[e d]");
        QCOMPARE(call("ZRANGE z 3 2"), "[]");
        QCOMPARE(call("ZSCORE z c"), "1.5");
        QCOMPARE(call("ZSCORE z x"), "nil");
        QCOMPARE(call("ZRANGEBYSCORE z (1 2"), "[c a]");
        QCOMPARE(call("ZRANGEBYSCORE z -inf +inf LIMIT 0 2"), "[b c]");
        QCOMPARE(call("ZRANGEBYSCORE z 2 (3 WITHSCORES"), "[a 2]");
        QCOMPARE(call("ZREMRANGEBYSCORE z -inf 1.5"), "2");
        QCOMPARE(call("ZREMRANGEBYRANK z 0 -3"), "1");
        QCOMPARE(call("ZCARD z"), "2");
        QCOMPARE(call("ZADD y 1 e 7 f"), "2");
        QCOMPARE(call("ZUNIONSTORE y 2 y z AGGREGATE MIN"), "3");
        QCOMPARE(call("ZRANGE y 0 -1 WITHSCORES"), "[e 1 f 7 d inf]");
        QCOMPARE(call("ZREM z d e"), "2");
        QCOMPARE(call("EXISTS z"), "0");
    }

    void forgetsKeysInTime()
    {
        m_redis.setNow(1s);
        call("HSET short a 1");
        call("ZADD long 1 a");
        QCOMPARE(call("PEXPIRE none 100"), "0");
        QCOMPARE(call("PEXPIRE short 100"), "1");
        QCOMPARE(call("PEXPIRE long 100000"), "1");
        m_redis.setNow(1099999us);
        QCOMPARE(call("HLEN short"), "1");
        QCOMPARE(call("TIME"), "[1 99999]");
        m_redis.setNow(1100ms);
        QCOMPARE(call("EXISTS short"), "0");
        QCOMPARE(call("DEL long short"), "1");

        for (int i = 0; i < 1000; ++i) { // nobody asks for them
            call("HSET " + QByteArray::number(i) + " a 1");
            call("PEXPIRE " + QByteArray::number(i) + " 1000");
        }
        QCOMPARE(m_redis.size(), 1000);
        m_redis.setNow(3min);
        QCOMPARE(m_redis.size(), 0);
        call("HSET a b c");
        QCOMPARE(call("PEXPIRE a 0"), "1");
        QCOMPARE(m_redis.size(), 0);
    }

    void keepsMessages()
    {
        QCOMPARE(call("PUBLISH channel one"), "1");
        QCOMPARE(call("PUBLISH channel two"), "1");
        QCOMPARE(m_redis.takeMessages(), (QByteArrayList{"one", "two"}));
        QCOMPARE(m_redis.takeMessages(), QByteArrayList());
    }

    void saysWhatItCannotDo()
    {
        call("HSET h a 1");
        QCOMPARE(call("GET h"), "-this Redis has no command GET");
        QCOMPARE(call("HLEN"), "-HLEN is given too little");
        QCOMPARE(call("ZCARD h"), "-the key holds another kind of value: h");
        QCOMPARE(call("ZADD h 1 a"), "-the key holds another kind of value: h");
        QCOMPARE(call("ZADD z 1 a nan b"), "-this is not a number: nan");
        QCOMPARE(call("ZADD z 1 a 2"), "-ZADD is given a score without a member");
        QCOMPARE(call("HSET h a 1 b"), "-HSET is given a name without a value");
        QCOMPARE(call("PEXPIRE h 1.5"), "-this is not a whole number: 1.5");
        QCOMPARE(call("HGETALL h"), "[a 1]");
        QCOMPARE(m_redis.size(), 1);
    }
};

QTEST_GUILESS_MAIN(MemoryRedisTest)
#include "tst_memoryredis.moc"
