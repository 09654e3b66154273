// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/benchmarks/driver/Baseline.h"

#include "tests/benchmarks/driver/Report.h"
#include "tests/benchmarks/driver/Runner.h"

#include <QtCore/QJsonDocument>
#include <QtCore/QSaveFile>

#include <cmath>
#include <cstdio>

namespace Turnstile::Bench {

namespace {
constexpr double tolerance = 0.1;
constexpr double leastGrowth = 0.01; // allocations, where there were none

struct Guarded {
    const char *workload;
    int size;
    int few;
    int more;
};
constexpr Guarded guarded[] = {
    {"scheduler/cycle", 1000, 1000, 20'000},
    {"scheduler/queue", 10'000, 10'000, 20'000},
    {"scheduler/cancel", 100'000, 10'000, 20'000},
    {"headers/reply", 0, 1000, 20'000},
    {"ticket/whole", 1, 5000, 50'000},
};

constexpr QLatin1String path(TURNSTILE_BASELINE);
constexpr QLatin1String toolchainKey("toolchain");

QString keyOf(const Guarded &what, const char *unit)
{
    return QStringLiteral("%1 %2").arg(QLatin1String(what.workload), QLatin1String(unit));
}

void say(const QString &text)
{
    std::fprintf(stderr, "%s\n", qUtf8Printable(text));
}

// By name; empty after a problem, which was told.
QJsonObject measure(Runner &runner)
{
    QJsonObject measured;
    for (const Guarded &what : guarded) {
        const QString name = QLatin1String(what.workload);
        const Work few{name, what.size, what.few};
        measured[keyOf(what, "instructions")] = std::round(runner.instructions(few, what.more));
        measured[keyOf(what, "allocations")] =
            runner.allocations({name, what.size, what.few + what.more});
        if (const QString problem = runner.takeProblem(); !problem.isEmpty()) {
            say(problem);
            return {};
        }
    }
    return measured;
}
} // namespace

bool checkBaseline(Runner &runner)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        say(QStringLiteral("%1 cannot be read: %2").arg(path, file.errorString()));
        return false;
    }
    const QJsonObject baseline = QJsonDocument::fromJson(file.readAll()).object();
    const QJsonObject measured = measure(runner);
    if (measured.isEmpty())
        return false;
    QStringList grown;
    std::puts("| benchmark | baseline | now | |\n| --- | ---: | ---: | ---: |");
    for (auto it = measured.begin(); it != measured.end(); ++it) {
        const double old = baseline[it.key()].toDouble(-1);
        const double now = it.value().toDouble();
        const bool hasGrown = now > old * (1 + tolerance) + (old == 0 ? leastGrowth : 0);
        const QString change =
            old > 0 ? QStringLiteral("%1 %").arg((now / old - 1) * 100, 0, 'f', 1) : QString();
        std::printf(
            "| %s | %g | %g | %s |\n", qUtf8Printable(it.key()), old, now, qUtf8Printable(change));
        if (hasGrown)
            grown += QStringLiteral("%1: %2 were %3, and are %4.")
                         .arg(it.key().section(u' ', 0, 0), it.key().section(u' ', 1),
                             old < 0 ? QStringLiteral("unknown") : QString::number(old),
                             QString::number(now));
    }
    if (grown.isEmpty())
        return true;
    say(QStringLiteral("Grown by more than 10 %:\n    ") + grown.join(QStringLiteral("\n    ")));
    if (const QString of = baseline[toolchainKey].toString(); of != toolchain())
        say(QStringLiteral("The baseline is of %1, and this is %2.").arg(of, toolchain()));
    say(QStringLiteral("If it is worth that, `./dev bench --baseline` makes these the baseline."));
    return false;
}

bool writeBaseline(Runner &runner)
{
    QJsonObject measured = measure(runner);
    if (measured.isEmpty())
        return false;
    measured[toolchainKey] = toolchain();
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(QJsonDocument(measured).toJson()) < 0
        || !file.commit()) {
        say(QStringLiteral("%1 cannot be written: %2").arg(path, file.errorString()));
        return false;
    }
    return true;
}

} // namespace Turnstile::Bench
