// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "tests/benchmarks/driver/Row.h"

#include <QtCore/QJsonObject>
#include <QtCore/QTemporaryDir>

namespace Turnstile::Bench {

/// A workload of turnstile-cost, and how much of it.
struct Work {
    QString name;
    int size = 0;
    int count = 0;
};

/// Runs programs, and keeps the commands for people to repeat.
class Runner {
public:
    /// The commands that were run since the last call.
    QStringList takeCommands() { return std::exchange(m_commands, {}); }
    /// What went wrong since the last call, in a sentence; empty: nothing.
    QString takeProblem() { return std::exchange(m_problem, {}); }
    void setProblem(const QString &problem) { m_problem = problem; }

    /// What \a program printed. Empty after a problem.
    QByteArray run(
        const QString &program, const QStringList &arguments, const QStringList &environment = {});
    /// The same as an object of JSON, from its last line.
    QJsonObject runForJson(
        const QString &program, const QStringList &arguments, const QStringList &environment = {});
    /// `turnstile-sim drain` with these options.
    QJsonObject drain(const QString &options);

    /// Instructions of each, by callgrind: what more of them take, by how many more.
    double instructions(const Work &few, int more);
    /// Instructions of all, by function: what callgrind_annotate prints.
    QByteArray profile(const Work &work);
    /// By interposed malloc, of each.
    double allocations(const Work &work);
    /// Nanoseconds of the thread's processor time of each: the median of \a times.
    Figure time(const Work &work, int times = 5);
    /// Bytes that are held more, by mallinfo2, for each.
    double bytes(const Work &work);
    /// Nanoseconds of a function, by Google Benchmark.
    Figure function(const QString &name);

private:
    QString textOf(const QStringList &command) const;
    QStringList costArguments(const Work &work) const;
    QByteArray underCallgrind(const Work &work);

    QTemporaryDir m_dir;
    QStringList m_commands;
    QString m_problem;
};

/// The median of \a values, with the lowest and the highest.
Figure medianOf(QList<double> values);

} // namespace Turnstile::Bench
