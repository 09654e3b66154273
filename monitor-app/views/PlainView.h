// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/views/TextReport.h"

#include <QtCore/QObject>
#include <QtCore/QTimer>

#include <cstdio>

namespace Turnstile::Monitor {

class Session;

/// The figures and the table as plain lines, a block of them each second: for files, pipes and
/// terminals that can do nothing else. Ends by itself when nothing more comes.
class PlainView : public QObject {
    Q_OBJECT
public:
    PlainView(
        Session *session, std::FILE *output, TextOptions options = {}, QObject *parent = nullptr);
    /// What has happened since the last block is printed too, unless that was just now.
    ~PlainView() override;

    void start();

Q_SIGNALS:
    /// The source has ended, or whoever read has gone.
    void ended(int exitCode);

private:
    void print();
    QString head() const;
    void checkState();

    Session *m_session;
    std::FILE *m_output;
    TextOptions m_options;
    QTimer m_timer;
    TimePoint m_startedAt;
    bool m_wasAttached = false;
    bool m_hasPrinted = false;
    bool m_isBroken = false;
};

} // namespace Turnstile::Monitor
