// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/Export.h"

#include <QtCore/QPointer>
#include <QtWidgets/QMenu>

namespace Turnstile::Monitor {

struct Theme;

/// What can be taken out of the window as a file. Asks where to, and remembers the folder in
/// QSettings. Knows no window: what it writes is given to it.
class ExportMenu : public QMenu {
    Q_OBJECT
public:
    enum class Kind : quint8 {
        BucketsCsv,
        BucketsJson,
        TicketsCsv,
        TicketsJson,
        WindowPng,
        TimelinePng,
    };
    Q_ENUM(Kind)

    /// What there is to write. Asked when something is exported.
    struct Content {
        /// The buckets as shown: filtered, and in order.
        std::function<std::vector<const BucketRow *>()> rows;
        /// The moment that is shown.
        std::function<Export::Moment()> moment;
        const TicketLog *tickets = nullptr;
        /// Who holds what; not set, or null: nothing is shared.
        std::function<const SharedState *()> shared;
        QPointer<QWidget> window;
        QPointer<QWidget> timeline;
    };
    explicit ExportMenu(Content content, QWidget *parent = nullptr);
    ~ExportMenu() override;

    void setTheme(const Theme &theme);

    /// Why \a kind cannot be exported now, in a sentence; empty: it can.
    QString problem(Kind kind) const;
    /// Writes the file. Returns what went wrong, in a sentence; empty when nothing did.
    QString exportTo(Kind kind, const QString &path) const;

Q_SIGNALS:
    void exported(const QString &path);
    void failed(const QString &problem);

private:
    void askWhere(Kind kind);
    void exportAndTell(Kind kind, const QString &path);
    void updateActions();

    Content m_content;
};

} // namespace Turnstile::Monitor
