// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/TicketLog.h"

/// \file
/// What people are asked before the bot is told to do something, and what they read after it.

namespace Turnstile::Monitor {

/// What is about to happen, in plain words. Empty: nobody has to be asked.
struct ControlQuestion {
    QString title;
    QString text;
    QString yes; ///< what the button that does it says

    bool isEmpty() const { return text.isEmpty(); }
};

ControlQuestion pauseQuestion(const Bucket &bucket);
ControlQuestion drainQuestion(const Bucket &bucket);
ControlQuestion cancelQuestion(const TicketTry &ticket);
ControlQuestion pauseAllQuestion();

/// What came of \a command, in a sentence. \a bucket is the name of its bucket; \a problem says why
/// it was not done, or is empty.
QString controlAnswer(const MonitorCommand &command, const QString &bucket, const QString &problem);

} // namespace Turnstile::Monitor
