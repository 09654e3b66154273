// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/ProcessModel.h"

#include <QtWidgets/QStyledItemDelegate>
#include <QtWidgets/QTableView>

namespace Turnstile::Monitor {

class TextLines;
struct Theme;

/// Paints a cell of the list of processes.
class ProcessDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    explicit ProcessDelegate(const ProcessModel *processes, QObject *parent = nullptr);
    ~ProcessDelegate() override;
    void setTheme(const Theme &theme) { m_theme = &theme; }

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
        const QModelIndex &index) const override;

private:
    QColor rowColor(int row, const QColor &usual) const;
    void paintName(QPainter *painter, QRectF cell, int row) const;
    void paintLeases(QPainter *painter, const QRectF &cell, int row) const;

    const ProcessModel *m_processes;
    const Theme *m_theme;
};

/// The lines. Says so where there are none.
class ProcessTable : public QTableView {
    Q_OBJECT
public:
    explicit ProcessTable(ProcessModel *processes, QWidget *parent = nullptr);
    ~ProcessTable() override;
    void setTheme(const Theme &theme);

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    const Theme *m_theme;
};

/// The processes that share the token with the one that is watched: what each of them holds, and
/// what it waits for.
class ProcessView : public QWidget {
    Q_OBJECT
public:
    explicit ProcessView(Store *store, QWidget *parent = nullptr);
    ~ProcessView() override;

    void setTheme(const Theme &theme);
    /// How many there are; nothing: nothing is shared.
    std::optional<int> count() const;
    ProcessModel *model() const { return m_model; }

Q_SIGNALS:
    /// count() is another one.
    void countChanged();

private:
    void refresh();

    Store *m_store;
    ProcessModel *m_model;
    TextLines *m_remark;
    ProcessTable *m_table;
    ProcessDelegate *m_delegate;
    std::optional<int> m_count;
};

} // namespace Turnstile::Monitor
