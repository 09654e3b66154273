// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/Sharing.h"

#include <QtCore/QAbstractTableModel>

#include <vector>

namespace Turnstile::Monitor {

class Store;

/// The processes that share a token, a row each, this one first; those that are gone stay for a
/// minute, at the end. No rows where nothing is shared.
class ProcessModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column {
        NameColumn,
        MachineColumn,
        HeardColumn,
        LeasesColumn,
        HeldColumn,
        WantedColumn,
        ColumnCount
    };

    explicit ProcessModel(Store *store, QObject *parent = nullptr);
    ~ProcessModel() override;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(
        int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    const SharedProcess &processAt(int row) const { return m_rows[size_t(row)].process; }
    /// Of those that one of them holds.
    int mostLeases() const { return m_mostLeases; }
    /// Whether all this is as it was, and nobody knows how it is.
    bool isOld() const;
    /// Whether it should have been heard of since.
    bool isSilent(int row) const { return m_rows[size_t(row)].silentFor.has_value(); }
    /// Whether Redis has forgotten it.
    bool isGone(int row) const { return m_rows[size_t(row)].isGone; }

private:
    struct Row {
        SharedProcess process;
        Sharing::Part part = {};
        std::optional<std::chrono::seconds> silentFor = {};
        bool isGone = false;
    };
    void refresh();
    QString description(const Row &row, int column) const;

    Store *m_store;
    std::vector<Row> m_rows;
    TimePoint m_toldAt;
    int m_mostLeases = 0;
};

} // namespace Turnstile::Monitor
