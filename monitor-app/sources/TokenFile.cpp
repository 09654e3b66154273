// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/sources/TokenFile.h"

#include "monitor-app/models/Words.h"

#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QStringDecoder>

namespace Turnstile::Monitor {

TokenFile TokenFile::read(const QString &path)
{
    TokenFile result;
    QFile file(path);
    if (QFileInfo(path).isDir())
        result.problem = tr("The token file %1 is a folder.").arg(path);
    else if (!file.open(QIODevice::ReadOnly))
        result.problem = tr("The token file %1 cannot be read: %2.").arg(path, file.errorString());
    if (!result.problem.isEmpty())
        return result;

    // As many bytes as so many characters can have, and one to see that there are more.
    constexpr int mostBytes = 4 * mostCharacters + 2;
    QByteArray bytes = file.read(mostBytes + 1);
    if (bytes.endsWith('\n'))
        bytes.chop(1);
    if (bytes.endsWith('\r'))
        bytes.chop(1);
    QStringDecoder decoder(QStringDecoder::Utf8);
    const QString token = decoder(bytes);
    if (token.isEmpty())
        result.problem = tr("The token file %1 is empty.").arg(path);
    else if (bytes.size() > mostBytes || token.size() > mostCharacters)
        result.problem =
            tr("The token in %1 is longer than %2 characters.").arg(path).arg(mostCharacters);
    else if (decoder.hasError() || token.contains(u'\n') || token.contains(QChar(0)))
        result.problem = tr("The token file %1 is not one line of text.").arg(path);
    else
        result.token = token;
    if (file.permissions() & (QFileDevice::ReadGroup | QFileDevice::ReadOther))
        result.warning = tr("Others can read the token file %1: chmod 600 helps.").arg(path);
    return result;
}

} // namespace Turnstile::Monitor
