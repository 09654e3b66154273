// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/benchmarks/driver/Runner.h"

#include <QtCore/QFileInfo>
#include <QtCore/QProcess>

namespace Turnstile::Bench {
namespace {

QStringList offscreen()
{
    return {QStringLiteral("QT_QPA_PLATFORM=offscreen")};
}

void lateness(Row &row, Runner &runner)
{
    const QJsonObject late = runner.runForJson(QStringLiteral(TURNSTILE_COST),
        {QStringLiteral("lateness"), QStringLiteral("--count"), QStringLiteral("400")});
    const auto at = [&late](const char *name) { return late[QLatin1String(name)].toDouble(); };
    row.figures = {
        {QStringLiteral("p50"), ms, at("p50"), {}, {}, 0.8},
        {QStringLiteral("p99"), ms, at("p99"), {}, {}, 1.5},
        {QStringLiteral("worst"), ms, at("max")},
        {QStringLiteral("too early"), ms, std::max(0.0, -at("min")), {}, {}, 0},
    };
}

// "12,345 ( 0.10%)  ???:QObject::isSignalConnected(QMetaMethod const&) const [...]"
double inclusive(const QByteArray &profile, const QByteArray &function)
{
    for (const QByteArray &line : profile.split('\n')) {
        if (line.contains(':' + function + '('))
            return line.left(line.indexOf('(')).trimmed().replace(',', "").toDouble();
    }
    return 0; // it is not called
}

// What is asked before a signal is emitted, and the signal that is emitted without asking.
void nobody(Row &row, Runner &runner)
{
    const QString detached = QStringLiteral("monitor/detached");
    constexpr int states = 15'000;
    const QByteArray profile = runner.profile({detached, 1000, states});
    const double asking = inclusive(profile, "QMetaMethod::fromSignalImpl")
        + inclusive(profile, "QObject::isSignalConnected");
    const double unheard =
        runner.instructions({QStringLiteral("monitor/unheard"), 0, 1000}, 10'000);
    row.figures = {
        {QStringLiteral("asking who listens"), instr, asking / states, {}, {}, 100},
        {QStringLiteral("a signal that nobody hears"), instr, unheard, {}, {}, 100},
    };
}

Figure attachedLessDetached(Runner &runner, int buckets, const QString &name)
{
    QList<double> differences;
    for (int i = 0; i < 7; ++i) {
        const auto time = [&](const char *work) {
            return runner.time({QLatin1String(work), buckets, 300'000}, 1).value;
        };
        const double without = time("monitor/detached");
        differences += time("monitor/attached") - without;
    }
    Figure figure = medianOf(differences);
    figure.name = name;
    figure.unit = ns;
    figure.most = 300;
    return figure;
}

void attached(Row &row, Runner &runner)
{
    Figure snapshot = runner.time({QStringLiteral("monitor/snapshot"), 1000, 100}, 7);
    for (double *value : {&snapshot.value, &*snapshot.low, &*snapshot.high})
        *value /= 1e6;
    snapshot.name = QStringLiteral("snapshot");
    snapshot.unit = ms;
    snapshot.most = 0.5;
    row.figures = {
        attachedLessDetached(runner, 1, QStringLiteral("1 bucket")),
        attachedLessDetached(runner, 1000, QStringLiteral("1000 buckets")),
        snapshot,
    };
}

void cells(Row &row, Runner &runner)
{
    const QJsonObject result = runner.runForJson(
        QStringLiteral(TURNSTILE_WINDOW_COST), {QStringLiteral("cells")}, offscreen());
    row.figures = {{{}, share, result[QStringLiteral("share")].toDouble() * 100, {}, {}, 10}};
}

void frames(Row &row, Runner &runner)
{
    const QJsonObject result = runner.runForJson(
        QStringLiteral(TURNSTILE_WINDOW_COST), {QStringLiteral("frames")}, offscreen());
    const auto of = [&result](const char *name) { return result[QLatin1String(name)].toDouble(); };
    row.figures = {{{}, ms, of("median"), of("low"), of("high"), 4}};
}

// "run time            20.0 s"
double statOf(const QByteArray &stats, const QByteArray &name)
{
    for (const QByteArray &line : stats.split('\n')) {
        if (line.startsWith(name))
            return line.mid(name.size()).trimmed().split(' ').constFirst().toDouble();
    }
    return 0;
}

// The whole program beside a bot of 100 000 buckets.
void wholeWindow(Row &row, Runner &runner)
{
    const QTemporaryDir dir;
    const QString socket = dir.filePath(QStringLiteral("bot.sock"));
    QProcess bot;
    bot.start(QStringLiteral(TURNSTILE_LOAD_BOT),
        {QStringLiteral("--buckets"), QStringLiteral("100000"), QStringLiteral("--rate"),
            QStringLiteral("20000"), QStringLiteral("--socket"), socket});
    if (!bot.waitForReadyRead(10'000)) { // it says where monitors find it
        runner.setProblem(QStringLiteral("The load bot does not start."));
        return;
    }
    const QByteArray stats = runner.run(QStringLiteral("sh"),
        {QStringLiteral("-c"),
            QStringLiteral("exec %1 --connect %2 --after 20 --stats 2>&1")
                .arg(QStringLiteral(TURNSTILE_MONITOR), socket)},
        offscreen());
    bot.kill();
    bot.waitForFinished();
    const double ran = statOf(stats, "run time");
    if (ran <= 0 && !stats.isEmpty())
        runner.setProblem(QStringLiteral("The monitor said no figures."));
    row.figures = {{{}, share, ran > 0 ? statOf(stats, "processor time") / ran * 100 : 0}};
}

constexpr RowPlan livingPlans[] = {
    {"lateness/reset", "grant lateness after a reset, real clock", "p50 2.0, p99 2.9 ms",
        "0.045 / 0.07 (timerfd)", "p50 <= 0.8, p99 <= 1.5 ms, never early", "", lateness},
    {"monitor/nobody", "monitor: no one attached, per event", "-", "4 ns", "<= 100 instr", "",
        nobody},
    {"monitor/attached",
        "monitor attached, on the limiter's thread, per event; snapshot of 1 000 buckets", "-",
        "209 ns (CBOR, integer keys)", "<= 300 ns; snapshot <= 0.5 ms", "", attached},
    {"window/cells", "monitor window: 1 000 visible cells changing (the table, offscreen)",
        "47 % of a core if all repaint at 60 Hz", "", "<= 10 % of a core", "5 %", cells},
    {"window/frames", "monitor window: 100k buckets, 1k changes per frame, sorted",
        "167 ms per frame with a stock sort proxy", "2.4 ms", "<= 4 ms per frame", "", frames},
    {"window/whole", "monitor window: whole program, 100k buckets, 20 000 tickets/s (offscreen)",
        "", "", "", "", wholeWindow},
};

} // namespace

std::span<const RowPlan> livingRows()
{
    return livingPlans;
}

} // namespace Turnstile::Bench
