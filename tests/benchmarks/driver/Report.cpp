// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/benchmarks/driver/Report.h"

#include <QtCore/QDateTime>
#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QSysInfo>
#include <QtCore/QThread>

#include <cmath>

namespace Turnstile::Bench {

namespace {
// "12 345", "123", "12.3", "1.234", "1"
QString number(double value)
{
    const double size = std::abs(value);
    const bool isWhole = std::abs(value - std::round(value)) < 0.0005;
    const int decimals = isWhole || size >= 100 ? 0 : size >= 10 ? 1 : 3;
    QString text = QString::number(value, 'f', decimals);
    if (size >= 1000) {
        for (auto at = text.size() - 3; at > (value < 0 ? 1 : 0); at -= 3)
            text.insert(at, u' ');
    }
    return text;
}

QString load()
{
    QFile file(QStringLiteral("/proc/loadavg"));
    if (!file.open(QIODevice::ReadOnly))
        return QStringLiteral("unknown");
    return QString::fromLatin1(file.readAll().split(' ').value(0));
}

QString machine()
{
    return QStringLiteral("%1, %2 cores, %3")
        .arg(QSysInfo::prettyProductName())
        .arg(QThread::idealThreadCount())
        .arg(toolchain());
}

QString cellsOf(const Row &row)
{
    QStringList ours;
    for (const Figure &figure : row.figures) {
        const QString text = textOf(figure);
        ours += figure.isMet() ? text : QStringLiteral("**%1**").arg(text);
    }
    if (!row.problem.isEmpty())
        ours = {QStringLiteral("**failed**: ") + QString(row.problem).replace(u'\n', u' ')};
    const bool hasGoal = std::any_of(row.figures.begin(), row.figures.end(),
        [](const Figure &figure) { return figure.most.has_value(); });
    const QString met = !row.isMet() ? QStringLiteral("**no**")
        : hasGoal                    ? QStringLiteral("yes")
                                     : QStringLiteral("-");
    return QStringList{row.what, row.peer, row.floor, row.must, row.stretch,
        ours.join(QStringLiteral("; ")), met, row.id}
        .join(QStringLiteral(" | "));
}

QString peerTable(const Report &report)
{
    QString text = QStringLiteral(
        "\n| on the real clock | client | time | / bound | 429s | processor per request |\n"
        "| --- | --- | ---: | ---: | ---: | ---: |\n");
    for (const PeerRun &run : report.peers) {
        if (!run.problem.isEmpty()) {
            text += QStringLiteral("| %1 | %2 | **failed**: %3 | | | |\n")
                        .arg(run.workload, run.client, QString(run.problem).replace(u'\n', u' '));
            continue;
        }
        text += QStringLiteral("| %1 | %2 | %3 s | %4 | %5 | %6 µs |\n")
                    .arg(run.workload, run.client, QString::number(run.seconds, 'f', 2),
                        QString::number(run.ratio, 'f', 3), QString::number(run.limited),
                        number(std::round(run.busy)));
    }
    return text;
}

QJsonObject json(const Figure &figure)
{
    QJsonObject object{{QStringLiteral("name"), figure.name}, {QStringLiteral("unit"), figure.unit},
        {QStringLiteral("value"), figure.value}, {QStringLiteral("met"), figure.isMet()}};
    if (figure.low && figure.high) {
        object[QStringLiteral("low")] = *figure.low;
        object[QStringLiteral("high")] = *figure.high;
    }
    if (figure.most)
        object[QStringLiteral("most")] = *figure.most;
    return object;
}

QJsonObject json(const Row &row)
{
    QJsonArray figures;
    for (const Figure &figure : row.figures)
        figures += json(figure);
    return {{QStringLiteral("id"), row.id}, {QStringLiteral("what"), row.what},
        {QStringLiteral("peer"), row.peer}, {QStringLiteral("floor"), row.floor},
        {QStringLiteral("must"), row.must}, {QStringLiteral("stretch"), row.stretch},
        {QStringLiteral("met"), row.isMet()}, {QStringLiteral("problem"), row.problem},
        {QStringLiteral("figures"), figures},
        {QStringLiteral("commands"), QJsonArray::fromStringList(row.commands)}};
}
} // namespace

QString toolchain()
{
    return QStringLiteral("GCC %1, Qt %2")
        .arg(QLatin1String(__VERSION__), QLatin1String(qVersion()));
}

QString textOf(const Figure &figure)
{
    QString text = number(figure.value);
    if (figure.low && figure.high)
        text += QStringLiteral(" (%1–%2)").arg(number(*figure.low), number(*figure.high));
    if (!figure.unit.isEmpty())
        text += u' ' + figure.unit;
    return figure.name.isEmpty() ? text : figure.name + QStringLiteral(": ") + text;
}

QString markdown(const Report &report)
{
    QString missed;
    QString met;
    for (const Row &row : report.rows)
        (row.isMet() ? met : missed) += QStringLiteral("| %1 |\n").arg(cellsOf(row));
    QString text;
    if (!report.rows.isEmpty())
        text += QStringLiteral(
                    "| | best peer | floor | ours must | stretch | ours | met | ./dev bench |\n"
                    "| --- | --- | --- | --- | --- | --- | --- | --- |\n")
            + missed + met;
    if (!report.peers.isEmpty())
        text += peerTable(report);
    if (!report.withoutPeers.isEmpty())
        text += QStringLiteral("\nSkipped: @discordjs/rest, since %1\n").arg(report.withoutPeers);
    return text
        + QStringLiteral("\n%1, at load %2, %3. Which programs a row has run is in "
                         "build/bench/results.json.\n")
              .arg(machine(), load(), QDate::currentDate().toString(Qt::ISODate));
}

QJsonObject json(const Report &report)
{
    QJsonArray rows;
    for (const Row &row : report.rows)
        rows += json(row);
    QJsonArray peers;
    for (const PeerRun &run : report.peers) {
        peers += QJsonObject{{QStringLiteral("client"), run.client},
            {QStringLiteral("workload"), run.workload}, {QStringLiteral("seconds"), run.seconds},
            {QStringLiteral("ratio"), run.ratio}, {QStringLiteral("limited"), run.limited},
            {QStringLiteral("processor_us_per_request"), run.busy},
            {QStringLiteral("problem"), run.problem}, {QStringLiteral("command"), run.command}};
    }
    return {{QStringLiteral("machine"), machine()}, {QStringLiteral("load"), load()},
        {QStringLiteral("at"), QDateTime::currentDateTimeUtc().toString(Qt::ISODate)},
        {QStringLiteral("rows"), rows}, {QStringLiteral("peers"), peers},
        {QStringLiteral("without_peers"), report.withoutPeers}};
}

} // namespace Turnstile::Bench
