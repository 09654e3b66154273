// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/benchmarks/driver/Runner.h"

#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QProcess>

#include <algorithm>
#include <cmath>

namespace Turnstile::Bench {

namespace {
constexpr int longestRun = 300'000; // ms

QString readAll(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

// "totals: 4034606", which counts what ran while instrumentation was on.
double totalOf(const QString &callgrind)
{
    const QString word = QStringLiteral("\ntotals: ");
    const auto at = callgrind.indexOf(word);
    return at < 0 ? 0 : callgrind.mid(at + word.size()).section(u'\n', 0, 0).toDouble();
}
} // namespace

Figure medianOf(QList<double> values)
{
    if (values.isEmpty())
        return {};
    std::sort(values.begin(), values.end());
    const auto half = values.size() / 2;
    const double median =
        values.size() % 2 == 1 ? values.at(half) : (values.at(half - 1) + values.at(half)) / 2;
    return {{}, {}, median, values.constFirst(), values.constLast(), {}};
}

QByteArray Runner::run(
    const QString &program, const QStringList &arguments, const QStringList &environment)
{
    if (!m_problem.isEmpty())
        return {};
    const QString name = QFileInfo(program).fileName();
    m_commands += textOf(environment + QStringList{name} + arguments);
    QProcess process;
    process.setEnvironment(QProcess::systemEnvironment() + environment);
    process.start(program, arguments);
    if (!process.waitForFinished(longestRun) || process.exitStatus() != QProcess::NormalExit
        || process.exitCode() != 0) {
        const QString said = QString::fromUtf8(process.readAllStandardError()).trimmed();
        m_problem = QStringLiteral("%1 failed: %2")
                        .arg(name, said.isEmpty() ? process.errorString() : said);
        return {};
    }
    return process.readAllStandardOutput();
}

QJsonObject Runner::runForJson(
    const QString &program, const QStringList &arguments, const QStringList &environment)
{
    const QByteArray said = run(program, arguments, environment).trimmed();
    const QJsonObject result =
        QJsonDocument::fromJson(said.mid(said.lastIndexOf('\n') + 1)).object();
    if (result.isEmpty() && m_problem.isEmpty())
        m_problem = QStringLiteral("%1 did not print a result.").arg(QFileInfo(program).fileName());
    return result;
}

QJsonObject Runner::drain(const QString &options)
{
    return runForJson(
        QStringLiteral(TURNSTILE_SIM), QStringList{QStringLiteral("drain")} + options.split(u' '));
}

// Without the folders that only this run has.
QString Runner::textOf(const QStringList &command) const
{
    QStringList words;
    for (const QString &word : command) {
        if (word.contains(m_dir.path()))
            continue;
        const auto path = word.indexOf(u'/');
        const bool isPath = path == 0 || (path > 0 && word.at(path - 1) == u'=');
        words += isPath ? word.left(path) + QFileInfo(word.mid(path)).fileName() : word;
    }
    return words.join(u' ');
}

QStringList Runner::costArguments(const Work &work) const
{
    return {work.name, QStringLiteral("--size"), QString::number(work.size),
        QStringLiteral("--count"), QString::number(work.count)};
}

QByteArray Runner::underCallgrind(const Work &work)
{
    const QString path = m_dir.filePath(QStringLiteral("callgrind.out"));
    QFile::remove(path);
    run(QStringLiteral("valgrind"),
        QStringList{QStringLiteral("-q"), QStringLiteral("--tool=callgrind"),
            QStringLiteral("--instr-atstart=no"), QStringLiteral("--callgrind-out-file=") + path,
            QStringLiteral(TURNSTILE_COST)}
            + costArguments(work));
    return path.toUtf8();
}

double Runner::instructions(const Work &few, int more)
{
    const double less = totalOf(readAll(QString::fromUtf8(underCallgrind(few))));
    const Work many{few.name, few.size, few.count + more};
    const double total = totalOf(readAll(QString::fromUtf8(underCallgrind(many))));
    return (total - less) / more;
}

QByteArray Runner::profile(const Work &work)
{
    const QString path = QString::fromUtf8(underCallgrind(work));
    return run(QStringLiteral("callgrind_annotate"),
        {QStringLiteral("--inclusive=yes"), QStringLiteral("--threshold=100"),
            QStringLiteral("--auto=no"), path});
}

double Runner::allocations(const Work &work)
{
    const QJsonObject result = runForJson(QStringLiteral(TURNSTILE_COST), costArguments(work),
        {QStringLiteral("LD_PRELOAD=" TURNSTILE_ALLOCATIONS)});
    if (m_problem.isEmpty() && !result.contains(QStringLiteral("allocations")))
        m_problem = QStringLiteral("Allocations cannot be counted: LD_PRELOAD does not work here.");
    // Of what grows by doubling there are a few.
    return std::round(result[QStringLiteral("allocations")].toDouble() * 100) / 100;
}

Figure Runner::time(const Work &work, int times)
{
    const QByteArray said = run(QStringLiteral(TURNSTILE_COST),
        costArguments(work) + QStringList{QStringLiteral("--times"), QString::number(times)});
    QList<double> values;
    for (const QByteArray &line : said.trimmed().split('\n'))
        values += QJsonDocument::fromJson(line).object()[QStringLiteral("ns")].toDouble();
    return medianOf(values);
}

double Runner::bytes(const Work &work)
{
    const QJsonObject result = runForJson(QStringLiteral(TURNSTILE_COST), costArguments(work));
    return result[QStringLiteral("bytes")].toDouble();
}

Figure Runner::function(const QString &name)
{
    const QString path = m_dir.filePath(QStringLiteral("functions.json"));
    run(QStringLiteral(TURNSTILE_BENCHMARKS),
        {QStringLiteral("--benchmark_filter=^%1$").arg(name),
            QStringLiteral("--benchmark_repetitions=9"), QStringLiteral("--benchmark_min_time=0.1"),
            QStringLiteral("--benchmark_out=") + path});
    const QJsonArray runs =
        QJsonDocument::fromJson(readAll(path).toUtf8())[QStringLiteral("benchmarks")].toArray();
    QList<double> values;
    for (const auto &each : runs) {
        const QJsonObject run = each.toObject();
        if (run[QStringLiteral("run_type")] == QStringLiteral("iteration"))
            values += run[QStringLiteral("cpu_time")].toDouble();
    }
    return medianOf(values);
}

} // namespace Turnstile::Bench
