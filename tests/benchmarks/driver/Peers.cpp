// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/benchmarks/driver/Peers.h"

#include <QtCore/QFile>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QProcess>

#include <memory>
#include <vector>

namespace Turnstile::Bench {

namespace {
constexpr int longestMeeting = 120'000; // ms

struct Workload {
    const char *name;
    int requests;
    int buckets;
    int limit;
    int global; // 0: none
    int roundTrip;
    double bound; // seconds, as turnstile-sim drain says
};
constexpr Workload workloads[] = {
    {"one bucket 5 per 1 s, 100 GET, 50 ms", 100, 1, 5, 0, 50, 19.05},
    {"50 buckets 5 per 1 s, global 50/s, 1000 GET, 50 ms", 1000, 50, 5, 50, 50, 19.05},
    {"one bucket 50 per 1 s, 200 GET, 100 ms", 200, 1, 50, 0, 100, 3.1},
};

QString versionOf(const QString &clients, const QString &package)
{
    QFile file(QStringLiteral("%1/node_modules/%2/package.json").arg(clients, package));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return QJsonDocument::fromJson(file.readAll())[QStringLiteral("version")].toString();
}

/// A client and the server of its own.
class Meeting {
public:
    Meeting(const Workload &workload, const QString &client, QStringList command)
        : m_workload(workload)
        , m_command(std::move(command))
    {
        m_run.client = client;
        m_run.workload = QLatin1String(workload.name);
    }

    void start()
    {
        const auto text = [](int number) { return QString::number(number); };
        m_server.start(QStringLiteral(TURNSTILE_SIM),
            {QStringLiteral("serve"), QStringLiteral("--port"), text(0), QStringLiteral("--limit"),
                text(m_workload.limit), QStringLiteral("--window"), text(1000),
                QStringLiteral("--global"), text(m_workload.global), QStringLiteral("--latency"),
                text(m_workload.roundTrip), QStringLiteral("--jitter"), text(0)});
        m_server.waitForReadyRead(longestMeeting);
        const QString url = QString::fromUtf8(m_server.readLine()).trimmed();
        const QStringList numbers{
            text(m_workload.requests), text(m_workload.buckets), text(m_workload.global)};
        m_run.command = (m_command + QStringList{QStringLiteral("URL")} + numbers).join(u' ');
        QStringList arguments = m_command + QStringList{url} + numbers;
        const QString program = arguments.takeFirst();
        m_client.start(program, arguments);
    }

    PeerRun end()
    {
        m_client.waitForFinished(longestMeeting);
        m_server.terminate();
        m_server.waitForFinished(longestMeeting);
        const QJsonDocument result = QJsonDocument::fromJson(m_client.readAllStandardOutput());
        m_run.seconds = result[QStringLiteral("seconds")].toDouble();
        m_run.ratio = m_run.seconds / m_workload.bound;
        m_run.busy =
            result[QStringLiteral("processorSeconds")].toDouble() * 1e6 / m_workload.requests;
        for (const QByteArray &line : m_server.readAllStandardError().split('\n')) {
            if (line.trimmed().startsWith("429: "))
                m_run.limited = line.trimmed().mid(5).toInt();
        }
        if (const int answered = result[QStringLiteral("answered")].toInt();
            answered != m_workload.requests)
            m_run.problem = QStringLiteral("%1 of %2 requests were answered. %3")
                                .arg(answered)
                                .arg(m_workload.requests)
                                .arg(QString::fromUtf8(m_client.readAllStandardError()).trimmed());
        return m_run;
    }

private:
    const Workload &m_workload;
    const QStringList m_command;
    QProcess m_server;
    QProcess m_client;
    PeerRun m_run;
};
} // namespace

QList<PeerRun> measurePeers(const QString &clients)
{
    std::vector<std::unique_ptr<Meeting>> meetings;
    for (const Workload &workload : workloads) {
        if (!clients.isEmpty())
            meetings.push_back(std::make_unique<Meeting>(workload,
                QStringLiteral("@discordjs/rest ")
                    + versionOf(clients, QStringLiteral("@discordjs/rest")),
                QStringList{QStringLiteral("node"), clients + QStringLiteral("/drain.mjs")}));
        meetings.push_back(std::make_unique<Meeting>(workload,
            QStringLiteral("Turnstile, RestClient"), QStringList{QStringLiteral(TURNSTILE_DRAIN)}));
    }
    for (const auto &meeting : meetings)
        meeting->start();
    QList<PeerRun> runs;
    runs.reserve(qsizetype(meetings.size()));
    for (const auto &meeting : meetings)
        runs += meeting->end();
    return runs;
}

} // namespace Turnstile::Bench
