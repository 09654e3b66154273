// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "tests/common/RedisBots.h"

/// Bots that share a token, each a process of its own (tests/redis/bot.cpp), that ends with this.
/// Their number is the `p` of what they ask for.
class RedisProcesses {
public:
    struct Task {
        int requests = 1;
        int channels = 1; ///< in turn
        Turnstile::milliseconds responseTimeout = std::chrono::minutes(2);
    };

    /// Each waits for go().
    RedisProcesses(const RedisServer &redis, const QUrl &api, int count, const Task &task)
    {
        m_bots.reserve(size_t(count));
        for (int i = 0; i < count; ++i) {
            auto &bot = *m_bots.emplace_back(std::make_unique<QProcess>());
            bot.setProcessChannelMode(QProcess::ForwardedErrorChannel);
            bot.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
            bot.start(QStringLiteral(REDIS_BOT),
                {redis.unixSocket(), api.toString(), QString::number(i),
                    QString::number(task.requests), QString::number(task.channels),
                    QString::number(task.responseTimeout.count())});
        }
    }
    ~RedisProcesses()
    {
        for (const auto &bot : m_bots) { // also where they are stopped
            bot->kill();
            bot->waitForFinished();
        }
    }
    RedisProcesses(const RedisProcesses &) = delete;
    RedisProcesses &operator=(const RedisProcesses &) = delete;

    bool areReady() const
    {
        return std::all_of(m_bots.begin(), m_bots.end(),
            [](const auto &bot) { return bot->bytesAvailable() > 0; });
    }
    void go(int index)
    {
        m_bots[size_t(index)]->readAllStandardOutput();
        m_bots[size_t(index)]->write("go\n");
    }
    void go()
    {
        for (int i = 0; i < int(m_bots.size()); ++i)
            go(i);
    }
    /// SIGKILL.
    void kill(int index)
    {
        m_bots[size_t(index)]->kill();
        m_bots[size_t(index)]->waitForFinished();
    }
    /// SIGSTOP: it keeps its connections, and is silent.
    void stop(int index) { signal(index, SIGSTOP); }
    /// SIGCONT.
    void resume(int index) { signal(index, SIGCONT); }

    bool haveEnded() const
    {
        return std::all_of(m_bots.begin(), m_bots.end(),
            [](const auto &bot) { return bot->state() == QProcess::NotRunning; });
    }
    /// What they have said since, one after another.
    QByteArray said()
    {
        QByteArray all;
        for (const auto &bot : m_bots)
            all += bot->readAllStandardOutput();
        return all;
    }

private:
    void signal(int index, int number)
    {
        ::kill(pid_t(m_bots[size_t(index)]->processId()), number);
    }

    std::vector<std::unique_ptr<QProcess>> m_bots;
};
