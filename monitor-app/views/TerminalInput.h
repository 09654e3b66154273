// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/views/TerminalKeys.h"

#include <QtCore/QObject>
#include <QtCore/QSocketNotifier>
#include <QtCore/QTimer>

namespace Turnstile::Monitor {

/// The keys that are pressed in a terminal, see TerminalMode. What is no terminal has none.
class TerminalInput : public QObject {
    Q_OBJECT
public:
    explicit TerminalInput(int file, QObject *parent = nullptr);
    ~TerminalInput() override;

Q_SIGNALS:
    void pressed(const std::vector<Turnstile::Monitor::TerminalKey> &keys);

private:
    void read();

    int m_file;
    QSocketNotifier m_notifier;
    QTimer m_escape; // until an Escape is the key
    TerminalKeys m_keys;
};

} // namespace Turnstile::Monitor
