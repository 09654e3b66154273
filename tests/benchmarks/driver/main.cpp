// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// turnstile-bench [NAME...]: measures the rows whose names begin so, and prints them as Markdown.

#include "tests/benchmarks/driver/Baseline.h"
#include "tests/benchmarks/driver/Report.h"
#include "tests/benchmarks/driver/Runner.h"
#include "tests/benchmarks/driver/Scale.h"

#include <QtCore/QCommandLineParser>
#include <QtCore/QCoreApplication>
#include <QtCore/QJsonDocument>
#include <QtCore/QSaveFile>

#include <cstdio>

using namespace Turnstile::Bench;

namespace {

constexpr QLatin1String scaleName("scale");
constexpr QLatin1String peersName("peers");

bool write(const QString &path, const QByteArray &content)
{
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && file.write(content) == content.size() && file.commit())
        return true;
    std::fprintf(stderr, "%s cannot be written: %s\n", qUtf8Printable(path),
        qUtf8Printable(file.errorString()));
    return false;
}

QList<RowPlan> plans()
{
    QList<RowPlan> all;
    for (const auto some : {schedulingRows(), costRows(), livingRows(), sharedRows()})
        all.append(QList<RowPlan>(some.begin(), some.end()));
    return all;
}

bool isWanted(const QString &name, const QStringList &wanted)
{
    return wanted.isEmpty()
        || std::any_of(wanted.begin(), wanted.end(),
            [&name](const QString &begin) { return name.startsWith(begin); });
}

Row measure(const RowPlan &plan, Runner &runner)
{
    const auto text = [](const char *words) { return QString::fromUtf8(words); };
    Row row{text(plan.id), text(plan.what), text(plan.peer), text(plan.floor), text(plan.must),
        text(plan.stretch), {}, {}, {}};
    plan.measure(row, runner);
    row.commands = runner.takeCommands();
    row.problem = runner.takeProblem();
    return row;
}

int printScale(Runner &runner, bool asJson)
{
    const Scale scale = measureScale(runner);
    if (const QString problem = runner.takeProblem(); !problem.isEmpty()) {
        std::fprintf(stderr, "%s\n", qUtf8Printable(problem));
        return 1;
    }
    const QByteArray text = QJsonDocument(json(scale)).toJson();
    std::fputs(asJson ? text.constData() : markdown(scale).toUtf8().constData(), stdout);
    return write(QStringLiteral(TURNSTILE_RESULTS "/scale.json"), text)
            && write(QStringLiteral(TURNSTILE_SCALE_PICTURE), svg(scale).toUtf8())
        ? 0
        : 1;
}

int printProfile(Runner &runner, const QString &work)
{
    const QStringList words = work.split(u',');
    std::fputs(runner.profile({words.value(0), words.value(1).toInt(), words.value(2).toInt()})
                   .constData(),
        stdout);
    const QString problem = runner.takeProblem();
    std::fputs(qUtf8Printable(problem), stderr);
    return problem.isEmpty() ? 0 : 1;
}

int printRows(Runner &runner, const QStringList &wanted, const QString &clients, bool asJson)
{
    Report report;
    for (const RowPlan &plan : plans()) {
        if (!isWanted(QLatin1String(plan.id), wanted))
            continue;
        std::fprintf(stderr, "%s ...\n", plan.id);
        report.rows += measure(plan, runner);
    }
    if (isWanted(peersName, wanted)) {
        std::fprintf(stderr, "%s ...\n", peersName.data());
        report.peers = measurePeers(clients);
        if (clients.isEmpty())
            report.withoutPeers = QStringLiteral("there is no Node.js with npm that installs it.");
    }
    if (report.rows.isEmpty() && report.peers.isEmpty()) {
        std::fputs("No benchmark has such a name; these are there:\n", stderr);
        for (const RowPlan &plan : plans())
            std::fprintf(stderr, "    %s\n", plan.id);
        std::fprintf(stderr, "    %s\n    %s\n", peersName.data(), scaleName.data());
        return 1;
    }
    const QByteArray text = QJsonDocument(json(report)).toJson();
    std::fputs(asJson ? text.constData() : markdown(report).toUtf8().constData(), stdout);
    const bool isMeasured = std::all_of(report.rows.begin(), report.rows.end(),
        [](const Row &row) { return row.problem.isEmpty(); });
    return write(QStringLiteral(TURNSTILE_RESULTS "/results.json"), text) && isMeasured ? 0 : 1;
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    const QString check = QStringLiteral("check");
    const QString baseline = QStringLiteral("baseline");
    const QString asJson = QStringLiteral("json");
    const QString clients = QStringLiteral("clients");
    const QString profile = QStringLiteral("profile");
    QCommandLineParser parser;
    parser.addPositionalArgument(QStringLiteral("name"),
        QStringLiteral("The rows to measure, by the beginning of their names."));
    parser.addOption({check, QStringLiteral("Fail where baseline.json is exceeded by over 10 %.")});
    parser.addOption({baseline, QStringLiteral("Write baseline.json.")});
    parser.addOption({asJson, QStringLiteral("Print JSON.")});
    parser.addOption(
        {profile, QStringLiteral("Print where the instructions of WORKLOAD,SIZE,COUNT go."),
            QStringLiteral("work")});
    parser.addOption(
        {clients, QStringLiteral("Where @discordjs/rest is installed."), QStringLiteral("folder")});
    parser.addHelpOption();
    parser.process(app);

    Runner runner;
    if (parser.isSet(check))
        return checkBaseline(runner) ? 0 : 1;
    if (parser.isSet(baseline))
        return writeBaseline(runner) ? 0 : 1;
    if (parser.isSet(profile))
        return printProfile(runner, parser.value(profile));
    const QStringList wanted = parser.positionalArguments();
    if (wanted == QStringList{scaleName})
        return printScale(runner, parser.isSet(asJson));
    return printRows(runner, wanted, parser.value(clients), parser.isSet(asJson));
}
