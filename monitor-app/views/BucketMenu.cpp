// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/BucketMenu.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/sources/MonitorSource.h"
#include "monitor-app/views/Theme.h"

#include <QtGui/QClipboard>
#include <QtGui/QGuiApplication>
#include <QtWidgets/QMenu>
#include <QtWidgets/QMessageBox>
#include <QtWidgets/QPushButton>

#include <algorithm>

namespace Turnstile::Monitor {

namespace {
using Action = MonitorCommand::Action;

MonitorCommand flowCommand(Action action, BucketId bucket = {})
{
    MonitorCommand command;
    command.action = action;
    command.bucket = bucket;
    return command;
}

MonitorCommand cancelCommand(TicketId ticket)
{
    MonitorCommand command;
    command.action = Action::CancelTicket;
    command.ticket = ticket;
    return command;
}

/// The oldest first.
std::vector<const TicketTry *> waitingIn(const std::deque<TicketTry> &tries)
{
    std::vector<const TicketTry *> waiting;
    for (const TicketTry &ticket : tries) {
        if (ticket.state == TicketState::Queued && !ticket.endedAt)
            waiting.push_back(&ticket);
    }
    std::ranges::stable_sort(
        waiting, [](const TicketTry *a, const TicketTry *b) { return a->askedAt < b->askedAt; });
    return waiting;
}

/// In the language of the filter field.
QString filterFor(const BucketRow &row)
{
    QString path = row.path;
    path.remove(u'"');
    const QString quoted = u'"' + path + u'"';
    return row.method.isEmpty() ? quoted : u"method:"_qs + row.method + u' ' + quoted;
}

void addNote(QMenu *menu, const QString &text)
{
    QAction *note = menu->addAction(text);
    note->setEnabled(false);
    note->setToolTip(text);
}
} // namespace

BucketMenu::BucketMenu(const Store *store, const TicketLog *tickets, QWidget *parent)
    : QObject(parent)
    , m_store(store)
    , m_tickets(tickets)
    , m_parent(parent)
    , m_theme(&Theme::dark())
    , m_confirm([this](const ControlQuestion &question) { return ask(question); })
{
}

BucketMenu::~BucketMenu() = default;

void BucketMenu::setTheme(const Theme &theme)
{
    m_theme = &theme;
}

void BucketMenu::setConfirm(const Confirm &confirm)
{
    m_confirm = confirm;
}

QMenu *BucketMenu::build(MonitorSource *source, BucketId bucket)
{
    if (m_source != source) {
        if (m_source)
            m_source->disconnect(this);
        m_source = source;
        if (source)
            connect(source, &MonitorSource::controlled, this, &BucketMenu::tellAnswer);
    }
    auto *menu = new QMenu(m_parent);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setPalette(m_theme->palette());
    menu->setToolTipsVisible(true);

    const QString problem = source ? source->controlProblem() : tr("No bot is watched.");
    if (!problem.isEmpty()) {
        addNote(menu, problem);
        menu->addSeparator();
    }
    if (const BucketRow *row = m_store->find(bucket)) {
        addBucketActions(menu, *row, problem);
        menu->addSeparator();
        addTexts(menu, *row);
        menu->addSeparator();
    }
    addActionsForAll(menu, problem.isEmpty());
    return menu;
}

void BucketMenu::popup(MonitorSource *source, BucketId bucket, const QPoint &globalPosition)
{
    build(source, bucket)->popup(globalPosition);
}

void BucketMenu::addBucketActions(QMenu *menu, const BucketRow &row, const QString &problem)
{
    const Bucket &bucket = row.bucket;
    QAction *pause = addCommand(
        menu, tr("Pause bucket…"), flowCommand(Action::Pause, bucket.id), pauseQuestion(bucket));
    QAction *resume = addCommand(menu, tr("Resume bucket"), flowCommand(Action::Resume, bucket.id));
    QAction *drain = addCommand(
        menu, tr("Drain bucket…"), flowCommand(Action::Drain, bucket.id), drainQuestion(bucket));
    const QString why = !problem.isEmpty() ? problem
        : bucket.exempt ? tr("This row stands for many buckets, which cannot be paused one by one.")
                        : QString();
    for (QAction *action : {pause, resume, drain}) {
        action->setEnabled(why.isEmpty());
        action->setToolTip(why);
    }
    if (bucket.state == BucketState::Paused)
        pause->setEnabled(false);
    addTickets(menu, row, problem.isEmpty());
}

void BucketMenu::addTickets(QMenu *menu, const BucketRow &row, bool isPossible)
{
    QMenu *tickets = menu->addMenu(tr("Cancel a waiting ticket"));
    tickets->setPalette(m_theme->palette());
    const auto waiting = waitingIn(m_tickets->tries(row.bucket.id));
    tickets->setEnabled(isPossible && !waiting.empty());
    for (size_t i = 0; i < std::min(waiting.size(), mostTickets); ++i) {
        const TicketTry &ticket = *waiting[i];
        const QString wait = Format::duration(ticket.waited(m_store->now()));
        addCommand(tickets, tr("#%1 · waits %2").arg(QString::number(ticket.ticket.number()), wait),
            cancelCommand(ticket.ticket), cancelQuestion(ticket));
    }
    if (waiting.size() > mostTickets)
        addNote(tickets, tr("and %1 more").arg(waiting.size() - mostTickets));
}

void BucketMenu::addTexts(QMenu *menu, const BucketRow &row)
{
    const auto addCopy = [this, menu](const QString &text, const QString &copied) {
        QAction *action = menu->addAction(text);
        action->setEnabled(!copied.isEmpty());
        connect(action, &QAction::triggered, this,
            [copied] { QGuiApplication::clipboard()->setText(copied); });
    };
    addCopy(tr("Copy route"), row.bucket.name);
    addCopy(tr("Copy hash"), QString::fromLatin1(row.bucket.hash));
    QAction *filter = menu->addAction(tr("Filter by this route"));
    connect(filter, &QAction::triggered, this,
        [this, text = filterFor(row)] { Q_EMIT filterRequested(text); });
}

void BucketMenu::addActionsForAll(QMenu *menu, bool isPossible)
{
    QAction *pause =
        addCommand(menu, tr("Pause everything…"), flowCommand(Action::Pause), pauseAllQuestion());
    QAction *resume = addCommand(menu, tr("Resume everything"), flowCommand(Action::Resume));
    resume->setToolTip(tr("Buckets that were paused one by one stay paused."));
    pause->setEnabled(isPossible);
    resume->setEnabled(isPossible);
}

QAction *BucketMenu::addCommand(QMenu *menu, const QString &text, const MonitorCommand &command,
    const ControlQuestion &question)
{
    QAction *action = menu->addAction(text);
    const QPointer<MonitorSource> source = m_source;
    connect(action, &QAction::triggered, this, [this, source, command, question] {
        const QPointer<BucketMenu> self = this; // a question takes its time
        if (!question.isEmpty() && !m_confirm(question))
            return;
        if (self && source)
            source->control(command);
    });
    return action;
}

bool BucketMenu::ask(const ControlQuestion &question) const
{
    const QPointer<QMessageBox> box = new QMessageBox(QMessageBox::NoIcon, tr("Turnstile Monitor"),
        question.title, QMessageBox::NoButton, m_parent);
    box->setTextFormat(Qt::PlainText);
    box->setInformativeText(question.text);
    box->setPalette(m_theme->palette());
    const QPushButton *yes = box->addButton(question.yes, QMessageBox::AcceptRole);
    box->setDefaultButton(box->addButton(tr("Leave it"), QMessageBox::RejectRole));
    box->exec();
    const bool isYes = box && box->clickedButton() == yes;
    delete box;
    return isYes;
}

void BucketMenu::tellAnswer(const MonitorCommand &command, const QString &problem)
{
    const BucketRow *row = m_store->find(command.bucket);
    Q_EMIT answered(controlAnswer(command, row ? row->bucket.name : QString(), problem));
}

} // namespace Turnstile::Monitor
