// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QDeadlineTimer>
#include <QtCore/QDir>
#include <QtCore/QProcess>
#include <QtCore/QStandardPaths>
#include <QtCore/QTemporaryDir>
#include <QtCore/QVariant>
#include <QtNetwork/QLocalSocket>
#include <QtNetwork/QTcpServer>

#include <csignal>
#include <memory>
#include <sys/prctl.h>

/// Skips a test where no redis-server is installed.
#define NEED_REDIS()                                                                               \
    if (!RedisServer::isInstalled())                                                               \
    QSKIP("There is no redis-server (Debian: apt-get install redis-server).")

/// A real redis-server of this test, with a folder of its own, that ends with it, however that
/// ends.
class RedisServer {
public:
    struct Options {
        bool hasPort = false;   ///< listens on a free port of loopback too
        bool hasTls = false;    ///< that port speaks TLS, as `localhost`, and wants a certificate
        bool isDurable = false; ///< writes everything to disk at once: restart() finds its data
        bool isCluster = false; ///< is a node of a cluster, without slots yet
        QByteArray password{};
    };

    static bool isInstalled() { return !program().isEmpty(); }

    RedisServer()
        : RedisServer(Options{})
    {
    }
    /// Starts it, and returns when it answers; isRunning() is false if it does not.
    explicit RedisServer(Options options)
        : m_options(std::move(options))
    {
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
        if (m_options.hasPort || m_options.hasTls) {
            QTcpServer probe;
            probe.listen(QHostAddress::LocalHost);
            m_port = probe.serverPort();
        }
        start();
    }
    ~RedisServer() { kill(); }
    RedisServer(const RedisServer &) = delete;
    RedisServer &operator=(const RedisServer &) = delete;

    QString unixSocket() const { return m_dir.filePath(QStringLiteral("s")); }
    quint16 port() const { return m_port; }
    /// Of both sides, with TLS.
    static QString certificateFile() { return QStringLiteral(TEST_DATA_DIR "/monitor-cert.pem"); }
    static QString keyFile() { return QStringLiteral(TEST_DATA_DIR "/monitor-key.pem"); }
    bool isRunning() const { return m_process.state() == QProcess::Running && m_socket; }
    /// What it has said so far, for messages of failed tests.
    QByteArray output() { return m_process.readAllStandardOutput(); }

    /// SIGKILL.
    void kill()
    {
        m_socket.reset();
        if (m_process.state() == QProcess::NotRunning)
            return;
        m_process.kill();
        m_process.waitForFinished();
    }
    /// Kills it if it runs, and starts it again: with its data if Options::isDurable and \a
    /// keepsData.
    bool restart(bool keepsData = true)
    {
        kill();
        if (!keepsData)
            QDir(m_dir.filePath(QStringLiteral("appendonlydir"))).removeRecursively();
        return start();
    }
    /// SIGSTOP: it keeps its connections, and is silent.
    void stop() { ::kill(pid_t(m_process.processId()), SIGSTOP); }
    /// SIGCONT.
    void resume() { ::kill(pid_t(m_process.processId()), SIGCONT); }

    /// What it replies to \a command: a QByteArray, a number, a list of those, or nothing (an
    /// invalid QVariant) for nil. Errors are a QByteArray that begins with `-`. Waits for it; the
    /// event loop of the test does not run meanwhile.
    QVariant command(const QByteArrayList &command, int timeout = 5000)
    {
        if (!m_socket)
            return QByteArray("-not running");
        QByteArray bytes = '*' + QByteArray::number(command.size()) + "\r\n";
        for (const QByteArray &part : command)
            bytes += '$' + QByteArray::number(part.size()) + "\r\n" + part + "\r\n";
        m_socket->write(bytes);
        return reply(QDeadlineTimer(timeout));
    }

private:
    static QString program()
    {
        return QStandardPaths::findExecutable(QStringLiteral("redis-server"));
    }

    bool start()
    {
        QFile::remove(unixSocket());
        QStringList arguments{QStringLiteral("--unixsocket"), unixSocket(), QStringLiteral("--dir"),
            m_dir.path(), QStringLiteral("--port"),
            m_options.hasTls ? QStringLiteral("0") : QString::number(m_port),
            QStringLiteral("--bind"), QStringLiteral("127.0.0.1"), QStringLiteral("127.0.0.2"),
            QStringLiteral("--save"), {}, QStringLiteral("--appendonly"),
            m_options.isDurable ? QStringLiteral("yes") : QStringLiteral("no"),
            QStringLiteral("--appendfsync"), QStringLiteral("always")};
        if (m_options.hasTls) {
            arguments << QStringLiteral("--tls-port") << QString::number(m_port)
                      << QStringLiteral("--tls-cert-file") << certificateFile()
                      << QStringLiteral("--tls-key-file") << keyFile()
                      << QStringLiteral("--tls-ca-cert-file") << certificateFile();
        }
        if (m_options.isCluster)
            arguments << QStringLiteral("--cluster-enabled") << QStringLiteral("yes");
        if (!m_options.password.isEmpty())
            arguments << QStringLiteral("--requirepass") << QString::fromUtf8(m_options.password);
        // Seen once in CI: it ended at once, and said nothing.
        const QDeadlineTimer deadline(10'000);
        for (int tries = 3; tries > 0 && !deadline.hasExpired(); --tries) {
            m_process.start(program(), arguments, QIODevice::ReadOnly);
            if (answers(deadline))
                return true;
            qInfo("redis-server: %s, exit code %d: %s", qPrintable(m_process.errorString()),
                m_process.exitCode(), m_process.readAllStandardOutput().constData());
        }
        return false;
    }
    bool answers(const QDeadlineTimer &deadline)
    {
        while (!deadline.hasExpired() && m_process.state() != QProcess::NotRunning) {
            m_socket = std::make_unique<QLocalSocket>();
            m_socket->connectToServer(unixSocket());
            if (m_socket->waitForConnected(1000)) {
                if (!m_options.password.isEmpty())
                    command({"AUTH", m_options.password});
                if (command({"PING"}) == QByteArray("PONG"))
                    return true;
            }
            m_process.waitForReadyRead(20); // it says something at each step of its start
        }
        m_socket.reset();
        return false;
    }

    QByteArray line(const QDeadlineTimer &deadline)
    {
        while (!m_socket->canReadLine()) {
            if (!m_socket->waitForReadyRead(int(deadline.remainingTime())))
                return "-no reply";
        }
        return m_socket->readLine().chopped(2);
    }
    QVariant reply(const QDeadlineTimer &deadline)
    {
        const QByteArray head = line(deadline);
        const qlonglong number = head.mid(1).toLongLong();
        if (head.startsWith('+'))
            return head.mid(1);
        if (head.startsWith(':'))
            return number;
        if (head.startsWith('-') || number < 0)
            return head.startsWith('-') ? QVariant(head) : QVariant();
        if (head.startsWith('*')) {
            QVariantList list;
            for (qlonglong i = 0; i < number; ++i)
                list.append(reply(deadline));
            return list;
        }
        while (m_socket->bytesAvailable() < number + 2) {
            if (!m_socket->waitForReadyRead(int(deadline.remainingTime())))
                return QByteArray("-no reply");
        }
        return m_socket->read(number + 2).chopped(2);
    }

    Options m_options;
    QTemporaryDir m_dir{QDir::tempPath() + QStringLiteral("/redis-XXXXXX")};
    QProcess m_process;
    std::unique_ptr<QLocalSocket> m_socket;
    quint16 m_port = 0;
};
