// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/views/Theme.h"
#include "ratelimit/monitoring/MonitorDirectory.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QDir>
#include <QtCore/QSettings>
#include <QtCore/QTemporaryDir>
#include <QtNetwork/QLocalServer>
#include <QtWidgets/QWidget>

/// What tests of widgets share.
namespace Turnstile::Monitor::Gui {

/// Settings that belong to one test program.
class TemporarySettings {
public:
    TemporarySettings()
    {
        QCoreApplication::setOrganizationName(QStringLiteral("turnstile-test"));
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_dir.path());
    }
    QString filePath(const char *name) const { return m_dir.filePath(QLatin1String(name)); }
    QString makeFile(const char *name) const
    {
        QFile file(filePath(name));
        return file.open(QIODevice::WriteOnly) ? file.fileName() : QString();
    }

private:
    QTemporaryDir m_dir;
};

/// A bot that answers, as far as a BotFinder can tell.
class FakeBot {
public:
    FakeBot(const MonitorDirectory &directory, const char *name)
    {
        m_server.listen(QDir(directory.path())
                            .filePath(QStringLiteral("%1-%2.sock")
                                          .arg(QLatin1String(name))
                                          .arg(QCoreApplication::applicationPid())));
    }
    QString path() const { return m_server.fullServerName(); }

private:
    QLocalServer m_server;
};

/// For those who want to look at it: with TURNSTILE_TEST_PICTURES set to a folder, saves what a
/// \a widget looks like there.
inline void savePicture(QWidget &widget, const QString &name)
{
    if (const QString folder = qEnvironmentVariable("TURNSTILE_TEST_PICTURES"); !folder.isEmpty())
        widget.grab().save(QDir(folder).filePath(name + QStringLiteral(".png")));
}

inline QString nameOf(const Theme &theme)
{
    return &theme == &Theme::dark() ? QStringLiteral("dark") : QStringLiteral("light");
}

} // namespace Turnstile::Monitor::Gui
