// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/Recent.h"

#include <QtCore/QFileInfo>
#include <QtCore/QSettings>

namespace Turnstile::Monitor::Recent {

namespace {
QString recordingsKey()
{
    return QStringLiteral("recent/recordings");
}

QString addressesKey()
{
    return QStringLiteral("recent/addresses");
}

// Settings can be edited: no more than we would have written is read.
QStringList read(const QString &key)
{
    QStringList entries = QSettings().value(key).toStringList().mid(0, most);
    entries.removeAll(QString());
    return entries;
}

void add(const QString &key, const QString &entry)
{
    QStringList entries = read(key);
    entries.removeAll(entry);
    entries.prepend(entry);
    QSettings().setValue(key, entries.mid(0, most));
}
} // namespace

QStringList recordings()
{
    QStringList files = read(recordingsKey());
    files.removeIf([](const QString &file) { return !QFileInfo(file).isFile(); });
    return files;
}

void addRecording(const QString &file)
{
    add(recordingsKey(), QFileInfo(file).absoluteFilePath());
}

QStringList addresses()
{
    return read(addressesKey());
}

void addAddress(const QString &address)
{
    add(addressesKey(), address);
}

} // namespace Turnstile::Monitor::Recent
