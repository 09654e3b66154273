// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "tools/turnstile-sim/Scenario.h"

#include <QtCore/QIODevice>
#include <QtCore/QSet>
#include <QtCore/QStringList>

#include <optional>

namespace Turnstile::Sim {

/// Reads a file of scenarios, line by line; empty lines do not count.
class ScenarioFile {
public:
    /// \a device is open; \a name is what problems call it.
    ScenarioFile(QIODevice *device, const QString &name);

    /// The next scenario; nothing at the end, and when something is wrong: see problem().
    std::optional<Scenario> next();
    /// `FILE:LINE: what is wrong`; empty when nothing is.
    const QString &problem() const { return m_problem; }
    /// `FILE:LINE` of the last scenario.
    QString where() const;

private:
    QIODevice *m_device;
    QString m_name;
    QString m_problem;
    QSet<QString> m_ids;
    int m_line = 0;
};

/// The command `replay`: plays the scenarios of a file and prints what happens as JSON Lines.
/// Returns the exit code.
int replay(const QStringList &arguments);

} // namespace Turnstile::Sim
