// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/turnstile_ratelimit_export.h"

#include <QtCore/QString>

#include <optional>
#include <vector>

namespace Turnstile {

/// The folder of this user in which bots put their sockets, so that monitors find them:
/// `$TURNSTILE_MONITOR_DIR`, else `turnstile` in `$XDG_RUNTIME_DIR`, else in the folder that the
/// platform has for such things. A socket is called `<application>-<pid>.sock`, and further ones of
/// the same process `<application>-<pid>.2.sock` and so on.
///
/// Everything here is quick and does not wait. A value, for any thread.
/// Rules: `docs/monitor-protocol.md`, "Finding a bot".
class TURNSTILE_RATELIMIT_EXPORT MonitorDirectory {
public:
    /// The folder by the rules above; it may not exist.
    MonitorDirectory();
    /// Another folder; it may not exist.
    explicit MonitorDirectory(const QString &path);

    /// The folder.
    const QString &path() const { return m_path; }

    /// Makes the folder, for this user only. Returns what is wrong, in a sentence: it cannot be
    /// made, belongs to somebody else, or others may go into it. Empty: all is well.
    QString prepare() const;

    /// What the name of a socket says.
    struct Bot {
        QString application; ///< as it stands in the name: unfit characters are `_`
        qint64 pid = 0;      ///< of its process
        int number = 1;      ///< of the socket in its process, from 1
        QString path;        ///< of the socket file

        friend bool operator==(const Bot &, const Bot &) = default;
    };
    /// Sockets by their names, dead or alive, by application and pid.
    std::vector<Bot> entries() const;
    /// Those that answer. Sockets that do not, of processes that are gone, are removed.
    std::vector<Bot> bots() const;

    /// What the name of a socket says; nothing when it is no bot's.
    static std::optional<Bot> botOf(const QString &path);

    /// The path of the first socket of this process that is free, where \a application is as it
    /// stands in the name. Empty, with \a problem, when there is none, or it would be too long.
    QString freePath(const QString &application, QString *problem) const;

    /// Whether somebody listens at the socket file \a path.
    static bool answers(const QString &path);
    /// Whether there is a process \a pid, of whatever user; where that cannot be told, yes.
    static bool isRunning(qint64 pid);

    /// What a socket's path may be long, in bytes: what the system allows.
    static constexpr qsizetype mostPathBytes = 107;

private:
    QString m_path;
};

} // namespace Turnstile
