// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/BucketRow.h"

#include <QtCore/QAbstractTableModel>

namespace Turnstile::Monitor {

class Store;

/// The rows of a Store as a table. DisplayRole has the words, RowRole all raw values for delegates.
class BucketModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column {
        StateColumn,
        RouteColumn,
        HashColumn,
        TokensColumn,
        ResetColumn,
        TicketsColumn,
        GrantedColumn,
        WaitColumn,
        RateLimitedColumn,
        ColumnCount,
    };
    enum Role {
        RowRole = Qt::UserRole, ///< `const BucketRow *`, valid until the model changes
    };

    explicit BucketModel(Store *store, QObject *parent = nullptr);
    ~BucketModel() override;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(
        int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    /// All that a row tells in one line, to be copied.
    QString summary(const BucketRow &row) const;

    static bool isNumeric(int column);  ///< whether it is set flush right
    static bool startsHigh(int column); ///< whether people look for its highest values
    /// The row behind an index of this model or of a proxy on it.
    static const BucketRow *rowOf(const QModelIndex &index);

private:
    QString text(const BucketRow &row, int column) const;
    QString description(const BucketRow &row, int column) const;

    Store *m_store;
};

} // namespace Turnstile::Monitor

Q_DECLARE_METATYPE(const Turnstile::Monitor::BucketRow *)
