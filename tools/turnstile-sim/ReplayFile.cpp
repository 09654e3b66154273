// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/ReplayFile.h"

#include "tools/turnstile-sim/OptionTable.h"
#include "tools/turnstile-sim/Replay.h"

#include <QtCore/QFile>
#include <QtCore/QJsonDocument>

#include <cstdio>

namespace Turnstile::Sim {
namespace {

constexpr QStringView replayDescription =
    uR"(Plays scenarios on a virtual clock and prints what happens, as JSON Lines.

Each line of FILE is one scenario: {"id", "title", "config", "given": [...]}.
What a scenario expects is not checked here. A line that cannot be read in full
ends the run with exit code 2 and FILE:LINE: what is wrong on standard error.

Unless config says otherwise, an automatic response takes 50 ms, and a request
without a response times out after 2 minutes, but never before the last step.

Steps, each with t_ms and op:
  acquire req method path [auth priority deadline_ms ordering lane predicate
    cancelled_before]
  acquire_many prefix count, and the same as acquire
  respond req status [headers body retry]
  fail req [error]
  cancel req
  bucket id method path [auth]
  key id method path [auth]
  global id
  stats id
  waits req
  parse status [headers body]
  token [auth]
  flow to [method path auth]
  sweep, shutdown, end

config: global_limit, global_window_ms, invalid_limit, invalid_window_ms,
max_wait_ms, response_timeout_ms, ordering, compensate, max_queued,
max_queued_per_bucket, locale, auto_respond {status, headers, body, latency_ms}.

Events, each with scenario and t_ms: granted, requeued, ended, header_error,
locked, anomaly and misuse by themselves; bucket, global, stats, waits, parsed
and key when a step asks.)";

int complain(const QString &what, int code)
{
    std::fprintf(stderr, "%s\n", qUtf8Printable(what));
    return code;
}

void print(const QJsonObject &event)
{
    const QByteArray line = QJsonDocument(event).toJson(QJsonDocument::Compact);
    std::fwrite(line.constData(), 1, size_t(line.size()), stdout);
    std::fputc('\n', stdout);
}

} // namespace

ScenarioFile::ScenarioFile(QIODevice *device, const QString &name)
    : m_device(device)
    , m_name(name)
{
}

QString ScenarioFile::where() const
{
    return QStringLiteral("%1:%2").arg(m_name).arg(m_line);
}

std::optional<Scenario> ScenarioFile::next()
{
    while (m_problem.isEmpty()) {
        // One byte more than a line may have shows that it has more.
        const QByteArray line = m_device->readLine(Scenario::maxLine + 2);
        if (line.isEmpty())
            return {};
        ++m_line;
        if (line.trimmed().isEmpty())
            continue;
        QString problem;
        auto scenario = Scenario::parse(line, &problem);
        if (scenario && m_ids.contains(scenario->id))
            problem = QStringLiteral("there is a scenario %1 already").arg(scenario->id);
        if (problem.isEmpty()) {
            m_ids.insert(scenario->id);
            return scenario;
        }
        m_problem = where() + QStringLiteral(": ") + problem;
    }
    return {};
}

int replay(const QStringList &arguments)
{
    QString path;
    QString id;
    OptionTable table(u"replay", replayDescription);
    table.addPositional(u"FILE", u"What to play; - is standard input.", &path);
    table.add(u"id", u"ID", u"Plays this scenario only.", QStringLiteral("the id of a scenario"),
        [&id](const QString &text) {
            id = text;
            return !text.isEmpty();
        });
    bool isShared = false;
    table.addFlag(u"shared",
        u"Plays it as a process that shares its token, with a Redis that replies at once: what "
        u"RedisRatelimiter would do.",
        &isShared);
    if (const std::optional<int> code = table.parseOrExplain(arguments))
        return *code;
    if (isShared && !newScriptRedis())
        return complain(QStringLiteral("turnstile-sim replay: ") + QLatin1StringView(needsLua), 2);

    QFile file(path);
    const bool isOpen =
        path == u"-" ? file.open(stdin, QIODevice::ReadOnly) : file.open(QIODevice::ReadOnly);
    if (!isOpen)
        return complain(path + QStringLiteral(": ") + file.errorString(), 2);

    ScenarioFile scenarios(&file, path);
    bool found = id.isEmpty();
    while (const auto scenario = scenarios.next()) {
        if (!id.isEmpty() && scenario->id != id)
            continue;
        found = true;
        const ReplayOutcome outcome =
            Replay(*scenario, print, {}, isShared ? newScriptRedis() : nullptr).run();
        if (!outcome.note.isEmpty())
            complain(
                QStringLiteral("note: ") + scenarios.where() + QStringLiteral(": ") + outcome.note,
                0);
        if (outcome.end != ReplayOutcome::End::Finished)
            return complain(scenarios.where() + QStringLiteral(": ") + outcome.problem(), 1);
    }
    if (!scenarios.problem().isEmpty())
        return complain(scenarios.problem(), 2);
    if (file.error() != QFileDevice::NoError)
        return complain(path + QStringLiteral(": ") + file.errorString(), 2);
    if (!found)
        return complain(
            QStringLiteral("%1: There is no scenario with the id %2.").arg(path, id), 2);
    return 0;
}

} // namespace Turnstile::Sim
