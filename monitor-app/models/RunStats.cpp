// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/RunStats.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/models/Store.h"

#include <QtCore/QFile>

#include <ctime>

namespace Turnstile::Monitor {

namespace {
// "VmHWM:     64120 kB": the most memory that was in use at a time.
QString peakMemory()
{
    QFile file(QStringLiteral("/proc/self/status"));
    if (!file.open(QIODevice::ReadOnly))
        return QStringLiteral("–");
    for (const QByteArray &line : file.readAll().split('\n')) {
        if (line.startsWith("VmHWM:"))
            return QStringLiteral("%1 MiB").arg(
                double(line.mid(6).simplified().split(' ').constFirst().toLongLong()) / 1024, 0,
                'f', 1);
    }
    return QStringLiteral("–");
}
} // namespace

RunStats::RunStats(const Store *store, QObject *parent)
    : QObject(parent)
    , m_store(store)
    , m_startedAt(std::chrono::steady_clock::now())
{
    connect(store, &Store::frameMade, this, [this] { ++m_frames; });
}

RunStats::~RunStats() = default;

void RunStats::count(const UpdateBatch &batch)
{
    m_events += quint64(batch.events);
}

QString RunStats::text() const
{
    const std::chrono::duration<double> ran = std::chrono::steady_clock::now() - m_startedAt;
    const auto line = [](const QString &name, const QString &value) {
        return name.leftJustified(20) + value + QLatin1Char('\n');
    };
    return line(tr("run time"), tr("%1 s").arg(ran.count(), 0, 'f', 1))
        + line(tr("events"), Format::count(m_events))
        + line(tr("longest stall"), tr("%1 ms").arg(m_probe.longest().count()))
        + line(tr("stalls over 50 ms"),
            tr("%1 of %2 turns").arg(m_probe.stalls()).arg(m_probe.turns()))
        + line(tr("frames"), Format::count(m_frames))
        + line(tr("dropped"), Format::count(m_store->dropped()))
        + line(tr("peak memory"), peakMemory())
        + line(
            tr("processor time"), tr("%1 s").arg(double(std::clock()) / CLOCKS_PER_SEC, 0, 'f', 2));
}

} // namespace Turnstile::Monitor
