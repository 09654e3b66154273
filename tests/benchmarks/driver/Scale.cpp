// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/benchmarks/driver/Scale.h"

#include "tests/benchmarks/driver/Report.h"
#include "tests/benchmarks/driver/Runner.h"

#include <QtCore/QJsonArray>

#include <cstdio>

namespace Turnstile::Bench {

namespace {
// Instrumentation is on for the work alone, so nothing is to be subtracted.
double instructions(Runner &runner, const Work &work)
{
    return runner.instructions({work.name, work.size, 0}, work.count);
}
} // namespace

Scale measureScale(Runner &runner)
{
    Scale scale{{1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6}, {}};
    Curve cycleTime{QStringLiteral("over so many buckets"), {}};
    Curve queueTime{QStringLiteral("so many wait for one bucket"), {}};
    Curve cycleCount = cycleTime;
    Curve queueCount = queueTime;
    Curve bucketBytes{QStringLiteral("an idle bucket"), {}};
    Curve ticketBytes{QStringLiteral("a ticket that waits"), {}};
    for (const double of : scale.sizes) {
        const int size = int(of);
        std::fprintf(stderr, "%d ...\n", size);
        const QString cycle = QStringLiteral("scheduler/cycle-parsed");
        const QString queue = QStringLiteral("scheduler/queue");
        cycleTime.figures += runner.time({cycle, size, std::max(size, 200'000)}, 3);
        queueTime.figures += runner.time({queue, size, std::max(size, 200'000)}, 3);
        const auto one = [](double value) { return Figure{{}, {}, value}; };
        cycleCount.figures += one(instructions(runner, {cycle, size, 20'000}));
        queueCount.figures += one(instructions(runner, {queue, size, std::max(size, 20'000)}));
        bucketBytes.figures += one(runner.bytes({QStringLiteral("memory/buckets"), 0, size}));
        ticketBytes.figures += one(runner.bytes({QStringLiteral("memory/tickets"), 0, size}));
    }
    scale.charts = {
        {QStringLiteral("ns per ticket"), {cycleTime, queueTime}},
        {QStringLiteral("instructions per ticket"), {cycleCount, queueCount}},
        {QStringLiteral("bytes for each"), {bucketBytes, ticketBytes}},
    };
    return scale;
}

QString markdown(const Scale &scale)
{
    QString head = QStringLiteral("| buckets or tickets |");
    QString rule = QStringLiteral("| ---: |");
    for (const Chart &chart : scale.charts) {
        for (const Curve &curve : chart.curves) {
            head += QStringLiteral(" %1: %2 |").arg(chart.title, curve.name);
            rule += QStringLiteral(" ---: |");
        }
    }
    QString text = head + u'\n' + rule + u'\n';
    for (qsizetype i = 0; i < scale.sizes.size(); ++i) {
        text += QStringLiteral("| %1 |").arg(textOf({{}, {}, scale.sizes.at(i)}));
        for (const Chart &chart : scale.charts) {
            for (const Curve &curve : chart.curves)
                text += QStringLiteral(" %1 |").arg(textOf({{}, {}, curve.figures.at(i).value}));
        }
        text += u'\n';
    }
    return text;
}

QJsonObject json(const Scale &scale)
{
    QJsonArray sizes;
    for (const double size : scale.sizes)
        sizes += size;
    QJsonObject charts;
    for (const Chart &chart : scale.charts) {
        QJsonObject curves;
        for (const Curve &curve : chart.curves) {
            QJsonArray values;
            for (const Figure &figure : curve.figures)
                values += figure.value;
            curves[curve.name] = values;
        }
        charts[chart.title] = curves;
    }
    return {{QStringLiteral("sizes"), sizes}, {QStringLiteral("charts"), charts}};
}

} // namespace Turnstile::Bench
