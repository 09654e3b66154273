// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QList>
#include <QtCore/QString>

#include <algorithm>
#include <optional>
#include <span>

namespace Turnstile::Bench {

class Runner;

constexpr QLatin1String instr("instr");
constexpr QLatin1String allocs("allocs");
constexpr QLatin1String bytes("B");
constexpr QLatin1String ns("ns");
constexpr QLatin1String ms("ms");
constexpr QLatin1String share("% of a core");

/// One number that was measured.
struct Figure {
    QString name; ///< as in "1M / 1k"; may be empty
    QString unit; ///< one of those above, or a word; may be empty
    double value = 0;
    std::optional<double> low{}; ///< of repetitions, whose median value is
    std::optional<double> high{};
    std::optional<double> most{}; ///< the goal; nothing: there is none

    bool isMet() const { return !most || value <= *most; }
};

/// One row of the table.
struct Row {
    QString id;
    QString what;
    QString peer;    ///< the best of other libraries
    QString floor;   ///< what bare data structures take
    QString must;    ///< the goal, in words
    QString stretch; ///< what would be better still
    QList<Figure> figures;
    QStringList commands; ///< that were run
    QString problem;      ///< why it could not be measured

    bool isMet() const
    {
        return problem.isEmpty()
            && std::all_of(
                figures.begin(), figures.end(), [](const Figure &f) { return f.isMet(); });
    }
};

/// A row before it is measured.
struct RowPlan {
    const char *id; ///< group and name
    const char *what;
    const char *peer;
    const char *floor;
    const char *must;
    const char *stretch;
    void (*measure)(Row &row, Runner &runner);
};

std::span<const RowPlan> schedulingRows(); ///< how well it schedules, in virtual time
std::span<const RowPlan> costRows();       ///< what that takes
std::span<const RowPlan> livingRows();     ///< with clocks, sockets and windows
std::span<const RowPlan> sharedRows();     ///< what sharing on Redis costs

} // namespace Turnstile::Bench
