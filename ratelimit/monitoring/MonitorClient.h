// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/monitoring/MonitorAddress.h"
#include "ratelimit/monitoring/MonitorProtocol.h"
#include "ratelimit/turnstile_ratelimit_export.h"

#include <QtCore/QObject>

#include <memory>

QT_BEGIN_NAMESPACE
class QSslConfiguration;
QT_END_NAMESPACE

namespace Turnstile {

class MonitorClientPrivate;

/// A monitor's end of the line: attaches to a bot's MonitorPublisher, and does so again whenever
/// the connection is lost.
///
/// Lives in one thread, which needs an event loop, and never blocks it: much that comes at once is
/// handled in slices. A token is kept for as long as it may be needed, and never told. What is
/// said: `docs/monitor-protocol.md`.
class TURNSTILE_RATELIMIT_EXPORT MonitorClient : public QObject {
    Q_OBJECT
public:
    /// How things stand with the bot.
    enum class State : quint8 {
        Idle,       ///< not opened, or closed
        Connecting, ///< for the first time
        Live,       ///< updates come
        Lost,       ///< not (any more); it tries again by itself, at first soon, then each 2 s
        Failed,     ///< to try again is of no use: another version, a wrong token, bad input
    };
    Q_ENUM(State)

    /// Idle: open() begins.
    explicit MonitorClient(QObject *parent = nullptr);
    /// Hangs up, without a signal.
    ~MonitorClient() override;

    /// Attaches, after close(). \a token is what a TCP publisher asks for. An address that is not
    /// valid leads to Failed, with its problem as stateText().
    ///
    /// When the process of a local socket in a MonitorDirectory is gone, a new socket of the same
    /// application there is taken instead, and address() becomes that one.
    void open(const MonitorAddress &address, const QString &token = {});
    /// Hangs up and is Idle. Commands without an answer end with a problem.
    void close();

    /// How things stand.
    State state() const;
    /// The reason of Lost and Failed, in a sentence; empty otherwise.
    QString stateText() const;
    /// What open() was given, or the socket that was taken instead.
    const MonitorAddress &address() const;
    /// The bot, as it has said when it became Live, or since.
    const MonitorHello &hello() const;
    /// When anything was last heard of it; TimePoint() if never.
    TimePoint lastHeard() const;

    /// The shortest time between two updates; held between 33 ms and a minute.
    void setInterval(milliseconds interval);
    /// How addresses with `tls://` are checked, if not by the system's certificates.
    void setTlsConfiguration(const QSslConfiguration &configuration);
    /// Without a word for so long the connection counts as lost; 5 s if not said.
    void setSilenceTimeout(milliseconds timeout);

    /// Why control() is not possible now, in a sentence; empty: it is.
    QString controlProblem() const;
    /// Asks the bot to do something; controlled() answers, later and once, also when it is not
    /// possible.
    void control(const MonitorCommand &command);

Q_SIGNALS:
    /// state(), stateText(), address() or hello() changed.
    void stateChanged();
    /// News. Times in it are of this process' steady clock. `reset` is set in the first update of
    /// another process than the one before.
    void updated(const Turnstile::MonitorUpdate &update);
    /// What control() asked for was done, or \a problem says why not.
    void controlled(const Turnstile::MonitorCommand &command, const QString &problem);

private:
    std::unique_ptr<MonitorClientPrivate> d;
};

} // namespace Turnstile
