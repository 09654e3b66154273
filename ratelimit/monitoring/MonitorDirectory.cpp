// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/MonitorDirectory.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QDir>
#include <QtCore/QFileInfo>
#include <QtCore/QRegularExpression>
#include <QtCore/QStandardPaths>
#include <QtNetwork/QLocalSocket>

#ifdef Q_OS_UNIX
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace Turnstile {

static constexpr int mostOfOneProcess = 16;

static QString defaultPath()
{
    const QString chosen = qEnvironmentVariable("TURNSTILE_MONITOR_DIR");
    if (!chosen.isEmpty())
        return QDir(chosen).absolutePath();
    const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
    if (!runtime.isEmpty())
        return QDir(runtime).absoluteFilePath(QStringLiteral("turnstile"));
#ifdef Q_OS_LINUX // where Qt would make one up, with a warning
    return QDir::temp().absoluteFilePath(QStringLiteral("turnstile-%1").arg(::getuid()));
#else
    const QString known = QStandardPaths::writableLocation(QStandardPaths::RuntimeLocation);
    return QDir(known.isEmpty() ? QDir::tempPath() : known)
        .absoluteFilePath(QStringLiteral("turnstile"));
#endif
}

MonitorDirectory::MonitorDirectory()
    : MonitorDirectory(defaultPath())
{
}

MonitorDirectory::MonitorDirectory(const QString &path)
    : m_path(path)
{
}

QString MonitorDirectory::prepare() const
{
    const QString parent = QFileInfo(m_path).absolutePath();
    if (!QDir().mkpath(parent))
        return QStringLiteral("The folder %1 cannot be made.").arg(parent);
#ifdef Q_OS_UNIX
    const QByteArray path = QFile::encodeName(m_path);
    if (::mkdir(path.constData(), 0700) != 0 && errno != EEXIST)
        return QStringLiteral("The folder %1 cannot be made: %2.")
            .arg(m_path, QString::fromLocal8Bit(std::strerror(errno)));
    struct stat found = {};
    if (::lstat(path.constData(), &found) != 0)
        return QStringLiteral("The folder %1 cannot be read: %2.")
            .arg(m_path, QString::fromLocal8Bit(std::strerror(errno)));
    if (!S_ISDIR(found.st_mode))
        return QStringLiteral("%1 is not a folder.").arg(m_path);
    if (found.st_uid != ::geteuid())
        return QStringLiteral("The folder %1 belongs to another user.").arg(m_path);
    if (found.st_mode & 077)
        return QStringLiteral("The folder %1 is open to others; chmod 700 closes it.").arg(m_path);
#else
    if (!QDir().mkpath(m_path))
        return QStringLiteral("The folder %1 cannot be made.").arg(m_path);
#endif
    return {};
}

std::optional<MonitorDirectory::Bot> MonitorDirectory::botOf(const QString &path)
{
    static const QRegularExpression pattern(
        QStringLiteral("^(.+)-([1-9][0-9]{0,9})(?:\\.([1-9][0-9]?))?\\.sock$"));
    const auto match = pattern.match(QFileInfo(path).fileName());
    if (!match.hasMatch())
        return {};
    const int number = match.hasCaptured(3) ? match.capturedView(3).toInt() : 1;
    return Bot{match.captured(1), match.capturedView(2).toLongLong(), number, path};
}

std::vector<MonitorDirectory::Bot> MonitorDirectory::entries() const
{
    std::vector<Bot> bots;
    const QDir directory(m_path);
    const auto names =
        directory.entryList({QStringLiteral("*.sock")}, QDir::System | QDir::Files | QDir::Hidden);
    for (const QString &name : names) {
        if (const auto bot = botOf(directory.absoluteFilePath(name)))
            bots.push_back(*bot);
    }
    std::sort(bots.begin(), bots.end(), [](const Bot &a, const Bot &b) {
        return std::tie(a.application, a.pid, a.number) < std::tie(b.application, b.pid, b.number);
    });
    return bots;
}

std::vector<MonitorDirectory::Bot> MonitorDirectory::bots() const
{
    std::vector<Bot> bots = entries();
    std::erase_if(bots, [](const Bot &bot) {
        if (answers(bot.path))
            return false;
        if (!isRunning(bot.pid))
            QFile::remove(bot.path);
        return true;
    });
    return bots;
}

QString MonitorDirectory::freePath(const QString &application, QString *problem) const
{
    static const QRegularExpression unfit(QStringLiteral("[^A-Za-z0-9._-]"));
    QString name = application;
    name.replace(unfit, QStringLiteral("_"));
    if (name.isEmpty())
        name = QStringLiteral("bot");
    for (int number = 1; number <= mostOfOneProcess; ++number) {
        const QString suffix = number > 1 ? QStringLiteral(".%1").arg(number) : QString();
        const QString path = QStringLiteral("%1/%2-%3%4.sock")
                                 .arg(m_path, name)
                                 .arg(QCoreApplication::applicationPid())
                                 .arg(suffix);
        if (const qsizetype size = QFile::encodeName(path).size(); size > mostPathBytes) {
            *problem = QStringLiteral("The path of the socket, %1, has %2 bytes, and the system "
                                      "allows %3. Set TURNSTILE_MONITOR_DIR to a shorter folder.")
                           .arg(path)
                           .arg(size)
                           .arg(mostPathBytes);
            return {};
        }
        if (!answers(path)) {
            QFile::remove(path); // of a process that had our number
            return path;
        }
    }
    *problem =
        QStringLiteral("This process has %1 sockets for monitors already.").arg(mostOfOneProcess);
    return {};
}

bool MonitorDirectory::answers(const QString &path)
{
    if (!QFileInfo::exists(path))
        return false;
    QLocalSocket socket;
    socket.connectToServer(path, QIODevice::ReadOnly); // tells at once on Unix
    if (socket.state() == QLocalSocket::ConnectedState)
        return true;
    // Busy, or not ours to ask: somebody is there.
    return socket.error() != QLocalSocket::ConnectionRefusedError
        && socket.error() != QLocalSocket::ServerNotFoundError;
}

bool MonitorDirectory::isRunning(qint64 pid)
{
#ifdef Q_OS_UNIX
    return ::kill(pid_t(pid), 0) == 0 || errno == EPERM;
#else
    Q_UNUSED(pid)
    return true; // local sockets of the dead leave nothing behind here
#endif
}

} // namespace Turnstile
