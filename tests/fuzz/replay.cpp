// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// Feeds files, and those in folders, to a fuzzer that was built without libFuzzer, so that what was
// once found is checked by every compiler. libFuzzer's options are accepted and mean nothing.

#include "tests/fuzz/Fuzz.h"

#include <QtCore/QDirIterator>
#include <QtCore/QFile>

static bool replay(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        std::fprintf(stderr, "%s: %s\n", qPrintable(path), qPrintable(file.errorString()));
        return false;
    }
    std::printf("%s\n", qPrintable(path)); // the last one is to blame
    std::fflush(stdout);
    const QByteArray bytes = file.readAll();
    LLVMFuzzerTestOneInput(
        reinterpret_cast<const std::uint8_t *>(bytes.constData()), std::size_t(bytes.size()));
    return true;
}

int main(int argc, char **argv)
{
    int replayed = 0;
    for (int i = 1; i < argc; ++i) {
        const QString path = QString::fromLocal8Bit(argv[i]);
        if (path.startsWith(u'-'))
            continue;
        QStringList paths{path};
        if (QFileInfo(path).isDir()) {
            paths.clear();
            for (QDirIterator it(path, QDir::Files); it.hasNext();)
                paths.append(it.next());
        }
        for (const QString &file : std::as_const(paths)) {
            if (!replay(file))
                return 1;
            ++replayed;
        }
    }
    if (replayed == 0)
        std::fprintf(stderr, "There is nothing to replay.\n");
    return replayed == 0 ? 1 : 0;
}
