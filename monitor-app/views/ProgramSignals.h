// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QObject>

#include <memory>

class QSocketNotifier;

namespace Turnstile::Monitor {

/// What the system tells a program, in its event loop, so that it can end as it does otherwise.
/// There is one in a process. Does nothing where there are no such signals.
class ProgramSignals : public QObject {
    Q_OBJECT
public:
    enum class Wanted : quint8 {
        End,     ///< only ended()
        Terminal ///< all of them
    };
    explicit ProgramSignals(Wanted wanted, QObject *parent = nullptr);
    ~ProgramSignals() override;

    /// Stops the process as Ctrl-Z does otherwise; returns when it goes on.
    static void stop();

Q_SIGNALS:
    /// Ctrl-C, kill, or the terminal is gone. The next one ends the program at once. Shells expect
    /// \a exitCode.
    void ended(int exitCode);
    /// The terminal has another size.
    void resized();
    /// Ctrl-Z.
    void stopRequested();
    /// After a stop that nobody asked about.
    void continued();

private:
    void read();

    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace Turnstile::Monitor
