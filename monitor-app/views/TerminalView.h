// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/Store.h"

#include <QtCore/QObject>
#include <QtCore/QTimer>

#include <cstdio>

namespace Turnstile::Monitor {

class MonitorSource;

/// The monitor in a terminal: a table that refreshes in place, or, when the output is no terminal,
/// the same lines once a second. Needs no display.
class TerminalView : public QObject {
    Q_OBJECT
public:
    explicit TerminalView(std::FILE *output, QObject *parent = nullptr);
    ~TerminalView() override;

    /// Watches \a source, which becomes the view's. Returns what went wrong, if anything.
    QString watch(MonitorSource *source);

private:
    void print();

    std::FILE *m_output;
    bool m_isTerminal;
    bool m_hasPrinted = false;
    Store m_store;
    QTimer m_timer;
    QString m_title;
    TimePoint m_startedAt;
};

} // namespace Turnstile::Monitor
