// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/UpdateBatch.h"

#include <QtCore/QObject>

namespace Turnstile::Monitor {

/// Where the monitor gets its data: a bot that runs, a demo, a recording. Knows nothing of windows.
class MonitorSource : public QObject {
    Q_OBJECT
public:
    enum class State : quint8 {
        Connecting, ///< nothing has been told yet
        Live,       ///< updates come as things happen
        Lost,       ///< what was told is old; the source tries to get back by itself
        Failed,     ///< nothing more comes; stateText() says why
        Replay,     ///< a recording
    };
    Q_ENUM(State)

    using QObject::QObject;
    ~MonitorSource() override;

    /// For the source bar: `music-bot · pid 4121`.
    virtual QString name() const = 0;
    /// For the status bar: how it is connected, `Connected · local socket`.
    virtual QString connection() const = 0;
    virtual State state() const { return State::Live; }
    /// The reason of Lost and Failed, in a sentence.
    virtual QString stateText() const { return {}; }

    /// The present: of a recording, where its replay stands.
    virtual TimePoint now() const;

    /// Begins to send updates, a snapshot first; at once or, while it is Connecting, later. Returns
    /// what went wrong, empty when nothing did.
    virtual QString start() = 0;

    /// Why control() is not possible, in a sentence; empty: it is.
    virtual QString controlProblem() const;
    /// Asks the bot to do something; controlled() answers.
    virtual void control(const MonitorCommand &command);

Q_SIGNALS:
    /// Something changed; at most every 33 ms.
    void updated(const Turnstile::Monitor::UpdateBatch &batch);
    /// state(), name() or connection() changed.
    void stateChanged();
    /// What control() asked for was done, or \a problem says why not.
    void controlled(const Turnstile::MonitorCommand &command, const QString &problem);
};

} // namespace Turnstile::Monitor
