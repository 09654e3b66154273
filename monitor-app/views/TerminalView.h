// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/views/ProgramSignals.h"
#include "monitor-app/views/TerminalInput.h"
#include "monitor-app/views/TerminalMode.h"
#include "monitor-app/views/TerminalPage.h"
#include "monitor-app/views/TerminalScreen.h"
#include "monitor-app/views/TextReport.h"

#include <QtCore/QTimer>

namespace Turnstile::Monitor {

class Session;

/// The monitor in a terminal: a table that refreshes in place four times a second, and at once when
/// a key is pressed. Needs no display.
class TerminalView : public QObject {
    Q_OBJECT
public:
    /// Whether output goes to a terminal that can do this.
    static bool isPossible();

    TerminalView(Session *session, const TextOptions &options, QObject *parent = nullptr);
    /// The terminal is as it was before.
    ~TerminalView() override;

    void start();

Q_SIGNALS:
    /// Somebody quit, or the terminal is gone.
    void ended(int exitCode);

private:
    void press(const std::vector<TerminalKey> &keys);
    void resume();
    TerminalStatus status();
    void draw();

    Session *m_session;
    TerminalPage m_page;
    TerminalScreen m_screen;
    TerminalMode m_mode;
    ProgramSignals m_signals;
    TerminalInput m_input;
    QTimer m_timer;
    std::optional<TimePoint> m_heardAt;
};

} // namespace Turnstile::Monitor
