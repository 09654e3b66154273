// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/ExportMenu.h"

#include "monitor-app/views/Theme.h"
#include "monitor-app/views/TimelineView.h"

#include <QtCore/QFileInfo>
#include <QtCore/QSettings>
#include <QtCore/QStandardPaths>
#include <QtWidgets/QFileDialog>

namespace Turnstile::Monitor {

namespace {
using ExportKind = ExportMenu::Kind;

struct FileType {
    QString name; // of the file, as a suggestion
    QString suffix;
    QString filter;
};

FileType typeOf(ExportKind kind)
{
    static const QString csv = QStringLiteral("csv");
    static const QString json = QStringLiteral("json");
    static const QString png = QStringLiteral("png");
    switch (kind) {
    case ExportKind::BucketsCsv:
        return {QStringLiteral("buckets"), csv, ExportMenu::tr("CSV files (*.csv)")};
    case ExportKind::BucketsJson:
        return {QStringLiteral("buckets"), json, ExportMenu::tr("JSON files (*.json)")};
    case ExportKind::TicketsCsv:
        return {QStringLiteral("tickets"), csv, ExportMenu::tr("CSV files (*.csv)")};
    case ExportKind::TicketsJson:
        return {QStringLiteral("tickets"), json, ExportMenu::tr("JSON files (*.json)")};
    case ExportKind::WindowPng:
        return {QStringLiteral("monitor"), png, ExportMenu::tr("PNG pictures (*.png)")};
    case ExportKind::TimelinePng:
        return {QStringLiteral("timeline"), png, ExportMenu::tr("PNG pictures (*.png)")};
    }
    Q_UNREACHABLE();
}

QString folderKey()
{
    return QStringLiteral("export/folder");
}

QString lastFolder()
{
    const QString folder = QSettings().value(folderKey()).toString();
    return QFileInfo(folder).isDir()
        ? folder
        : QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
}
} // namespace

ExportMenu::ExportMenu(Content content, QWidget *parent)
    : QMenu(parent)
    , m_content(std::move(content))
{
    setTitle(tr("Export"));
    setToolTipsVisible(true);
    const auto add = [this](const QString &text, ExportKind kind) {
        QAction *action = addAction(text);
        action->setData(QVariant::fromValue(kind));
        connect(action, &QAction::triggered, this, [this, kind] { askWhere(kind); });
    };
    add(tr("Buckets as CSV…"), ExportKind::BucketsCsv);
    add(tr("Buckets as JSON…"), ExportKind::BucketsJson);
    addSeparator();
    add(tr("Tickets as CSV…"), ExportKind::TicketsCsv);
    add(tr("Tickets as JSON…"), ExportKind::TicketsJson);
    addSeparator();
    add(tr("Window as PNG…"), ExportKind::WindowPng);
    add(tr("Timeline as PNG…"), ExportKind::TimelinePng);
    connect(this, &QMenu::aboutToShow, this, &ExportMenu::updateActions);
}

ExportMenu::~ExportMenu() = default;

void ExportMenu::setTheme(const Theme &theme)
{
    setPalette(theme.palette());
}

QString ExportMenu::problem(ExportKind kind) const
{
    const QWidget *picture = kind == ExportKind::WindowPng ? m_content.window : m_content.timeline;
    switch (kind) {
    case ExportKind::TicketsCsv:
    case ExportKind::TicketsJson:
        if (!m_content.tickets)
            return tr("Nothing is known of tickets.");
        [[fallthrough]];
    case ExportKind::BucketsCsv:
    case ExportKind::BucketsJson:
        return m_content.rows && !m_content.rows().empty() ? QString()
                                                           : tr("No buckets are shown.");
    case ExportKind::WindowPng:
    case ExportKind::TimelinePng:
        return picture && picture->isVisible() ? QString() : tr("It is not shown.");
    }
    Q_UNREACHABLE();
}

QString ExportMenu::exportTo(ExportKind kind, const QString &path) const
{
    if (const QString why = problem(kind); !why.isEmpty())
        return why;
    return Export::toFile(path, [this, kind](QIODevice *file) {
        using Form = TableWriter::Form;
        const Export::Moment moment = m_content.moment();
        const SharedState *shared = m_content.shared ? m_content.shared() : nullptr;
        switch (kind) {
        case ExportKind::BucketsCsv:
            return Export::buckets(file, Form::Csv, m_content.rows(), moment.now, shared);
        case ExportKind::BucketsJson:
            return Export::buckets(file, Form::Json, m_content.rows(), moment.now, shared);
        case ExportKind::TicketsCsv:
            return Export::tickets(file, Form::Csv, m_content.rows(), *m_content.tickets, moment);
        case ExportKind::TicketsJson:
            return Export::tickets(file, Form::Json, m_content.rows(), *m_content.tickets, moment);
        case ExportKind::WindowPng:
            return m_content.window->grab().save(file, "PNG");
        case ExportKind::TimelinePng: // all lanes, those too that one has to scroll to
            if (const auto *timeline = qobject_cast<TimelineView *>(m_content.timeline))
                return timeline->image().save(file, "PNG");
            return m_content.timeline->grab().save(file, "PNG");
        }
        Q_UNREACHABLE();
    });
}

void ExportMenu::askWhere(ExportKind kind)
{
    const FileType type = typeOf(kind);
    QWidget *owner = parentWidget();
    auto *dialog = new QFileDialog(owner, tr("Export"), lastFolder(), type.filter);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(type.suffix);
    dialog->selectFile(type.name + u'.' + type.suffix);
    connect(dialog, &QFileDialog::fileSelected, this,
        [this, kind](const QString &path) { exportAndTell(kind, path); });
    dialog->open();
}

void ExportMenu::exportAndTell(ExportKind kind, const QString &path)
{
    QSettings().setValue(folderKey(), QFileInfo(path).absolutePath());
    const QString problem = exportTo(kind, path);
    if (problem.isEmpty())
        Q_EMIT exported(path);
    else
        Q_EMIT failed(problem);
}

void ExportMenu::updateActions()
{
    for (QAction *action : actions()) {
        if (action->isSeparator())
            continue;
        const QString why = problem(action->data().value<Kind>());
        action->setEnabled(why.isEmpty());
        action->setToolTip(why);
    }
}

} // namespace Turnstile::Monitor
