// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/ControlWords.h"

#include <QtCore/QObject>
#include <QtCore/QPointer>

#include <functional>

class QAction;
class QMenu;
class QPoint;
class QWidget;

namespace Turnstile::Monitor {

class MonitorSource;
class Store;
struct BucketRow;
struct Theme;

/// What can be done with a bucket, and with all of them: a context menu. Whatever holds or rejects
/// tickets is only asked of the bot when the operator has confirmed it.
class BucketMenu : public QObject {
    Q_OBJECT
public:
    using Confirm = std::function<bool(const ControlQuestion &)>;

    static constexpr size_t mostTickets = 20; ///< waiting ones that are offered, the oldest

    BucketMenu(const Store *store, const TicketLog *tickets, QWidget *parent);
    ~BucketMenu() override;

    void setTheme(const Theme &theme);
    /// Asks in another way than by a message box.
    void setConfirm(const Confirm &confirm);

    /// The menu for \a bucket of \a source (which may be none), with items for all buckets; only
    /// these while the bucket is not known. Belongs to the parent, and goes when it is closed.
    QMenu *build(MonitorSource *source, BucketId bucket);
    void popup(MonitorSource *source, BucketId bucket, const QPoint &globalPosition);

Q_SIGNALS:
    /// What came of an action.
    void answered(const QString &sentence);
    /// The rows of this filter are to be shown.
    void filterRequested(const QString &filter);

private:
    void addBucketActions(QMenu *menu, const BucketRow &row, const QString &problem);
    void addTickets(QMenu *menu, const BucketRow &row, bool isPossible);
    void addTexts(QMenu *menu, const BucketRow &row);
    void addActionsForAll(QMenu *menu, bool isPossible);
    QAction *addCommand(QMenu *menu, const QString &text, const MonitorCommand &command,
        const ControlQuestion &question = {});
    bool ask(const ControlQuestion &question) const;
    void tellAnswer(const MonitorCommand &command, const QString &problem);

    const Store *m_store;
    const TicketLog *m_tickets;
    QWidget *m_parent;
    const Theme *m_theme;
    Confirm m_confirm;
    QPointer<MonitorSource> m_source;
};

} // namespace Turnstile::Monitor
