// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/ProcessModel.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/models/Sharing.h"
#include "monitor-app/models/Store.h"

#include <algorithm>

namespace Turnstile::Monitor {

namespace {
constexpr qsizetype mostLines = 20; // of a tool tip
constexpr qsizetype mostListed = 50;

QString listOf(const QStringList &names)
{
    return names.isEmpty() ? QStringLiteral("–")
                           : names.first(std::min(names.size(), mostListed)).join(u", "_qs);
}

QString linesOf(const QStringList &names)
{
    const QString lines = names.first(std::min(names.size(), mostLines)).join(u'\n');
    return names.size() <= mostLines
        ? lines
        : ProcessModel::tr("%1\nand %2 more").arg(lines).arg(names.size() - mostLines);
}
} // namespace

ProcessModel::ProcessModel(Store *store, QObject *parent)
    : QAbstractTableModel(parent)
    , m_store(store)
{
    connect(store, &Store::figuresChanged, this, &ProcessModel::refresh);
    connect(store, &Store::wasReset, this, &ProcessModel::refresh);
    refresh();
}

ProcessModel::~ProcessModel() = default;

// They are few, and told anew each second; rows stay where they are as long as the processes are
// the same.
void ProcessModel::refresh()
{
    std::vector<Row> rows;
    if (const SharedState *shared = m_store->shared()) {
        const std::vector<SharedProcess> gone = m_store->goneProcesses();
        const size_t count = shared->processes.size() + gone.size();
        if (shared->at == m_toldAt && count == m_rows.size()) {
            if (!m_rows.empty()) // time goes on
                Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, HeardColumn));
            return;
        }
        m_toldAt = shared->at;
        std::vector<Sharing::Part> parts = Sharing::parts(*shared, *m_store);
        rows.reserve(count);
        for (size_t i = 0; i < parts.size(); ++i)
            rows.push_back(
                {shared->processes[i], std::move(parts[i]), Sharing::silentFor(*shared, i), false});
        for (const SharedProcess &process : gone)
            rows.push_back({process, {}, {}, true});
    }
    m_mostLeases = 0;
    for (const Row &row : rows)
        m_mostLeases = std::max(m_mostLeases, row.process.leases);
    const bool isSame = std::equal(rows.begin(), rows.end(), m_rows.begin(), m_rows.end(),
        [](const Row &a, const Row &b) { return a.process.id == b.process.id; });
    if (!isSame) {
        beginResetModel();
        m_rows = std::move(rows);
        endResetModel();
    } else if (!rows.empty()) {
        m_rows = std::move(rows);
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
    }
}

int ProcessModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int ProcessModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

bool ProcessModel::isOld() const
{
    const SharedState *shared = m_store->shared();
    return shared && !shared->problem.isEmpty();
}

QVariant ProcessModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row &row = m_rows[size_t(index.row())];
    if (role == Qt::ToolTipRole)
        return description(row, index.column());
    if (role != Qt::DisplayRole && role != Qt::AccessibleTextRole)
        return {};
    const SharedProcess &process = row.process;
    switch (index.column()) {
    case NameColumn:
        if (process.isOwn && !process.name.isEmpty())
            return tr("%1, this process").arg(process.name);
        return Sharing::name(process);
    case MachineColumn:
        return Sharing::machine(process);
    case HeardColumn:
        return row.isGone ? tr("gone") : Sharing::heard(process, row.silentFor, m_store->now());
    case LeasesColumn:
        return Format::count(quint64(process.leases));
    case HeldColumn:
        return listOf(row.part.held);
    default:
        return listOf(row.part.wanted);
    }
}

QString ProcessModel::description(const Row &row, int column) const
{
    const SharedProcess &process = row.process;
    switch (column) {
    case NameColumn:
        return process.isOwn ? tr("The process that tells all this.") : Sharing::name(process);
    case MachineColumn:
        return process.host.isEmpty() ? tr("It has not said where it runs.")
                                      : tr("Process %1 on %2").arg(process.pid).arg(process.host);
    case HeardColumn:
        if (row.isGone)
            return tr("It was last heard of %1 ago; others have its leases and its turns.")
                .arg(Format::age(
                    std::chrono::floor<std::chrono::seconds>(m_store->now() - process.heardAt)));
        return row.silentFor
            ? tr("It holds leases or waits, and should speak to Redis every three seconds. After "
                 "ten it is passed over, and others get its leases when they need them.")
            : tr("When it last spoke to Redis. One with nothing to do is forgotten after ten "
                 "seconds.");
    case LeasesColumn:
        return tr("Requests that it may have on their way now.");
    case HeldColumn:
        return linesOf(row.part.held);
    default:
        return linesOf(row.part.wanted);
    }
}

QVariant ProcessModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignLeft | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NameColumn:
        return tr("Process");
    case MachineColumn:
        return tr("Where");
    case HeardColumn:
        return tr("Heard of");
    case LeasesColumn:
        return tr("Leases");
    case HeldColumn:
        return tr("Holds");
    default:
        return tr("Waits for");
    }
}

} // namespace Turnstile::Monitor
