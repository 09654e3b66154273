// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/sources/TokenFile.h"

#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

using namespace Turnstile::Monitor;

class TestTokenFile : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsOneLine_data();
    void readsOneLine();
    void saysWhatIsMissing();
    void warnsOfReaders();

private:
    QString write(const QByteArray &text, QFileDevice::Permissions permissions)
    {
        QFile file(folder.filePath(QStringLiteral("token")));
        file.remove();
        if (!file.open(QIODevice::WriteOnly))
            return {};
        file.write(text);
        file.setPermissions(permissions);
        return file.fileName();
    }
    const QFileDevice::Permissions own{QFileDevice::ReadOwner | QFileDevice::WriteOwner};
    const QTemporaryDir folder;
};

void TestTokenFile::readsOneLine_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("token");
    QTest::addColumn<QString>("problem");
    const QByteArray most(TokenFile::mostCharacters, 'x');
    const auto row = [](const char *name, const QByteArray &text, const QByteArray &token,
                         const char *problem) {
        QTest::newRow(name) << text << QString::fromUtf8(token) << QString::fromUtf8(problem);
    };
    row("plain", "secret", "secret", "");
    row("newline", "secret\n", "secret", "");
    row("windows", "secret\r\n", "secret", "");
    row("blanks belong to it", " a b ", " a b ", "");
    row("the longest", most + '\n', most, "");
    row("too long", most + 'x', "", "The token in %1 is longer than 256 characters.");
    row("huge", QByteArray(100'000, 'x'), "", "The token in %1 is longer than 256 characters.");
    row("empty", "", "", "The token file %1 is empty.");
    row("only a newline", "\n", "", "The token file %1 is empty.");
    row("two lines", "a\nb\n", "", "The token file %1 is not one line of text.");
    row("no text", "a\xff", "", "The token file %1 is not one line of text.");
}

void TestTokenFile::readsOneLine()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, problem);
    const QString path = write(text, own);
    const TokenFile read = TokenFile::read(path);
    QTEST(read.token, "token");
    QCOMPARE(read.problem, problem.replace(QStringLiteral("%1"), path));
    QCOMPARE(read.warning, QString());
}

void TestTokenFile::saysWhatIsMissing()
{
    const QString missing = folder.filePath(QStringLiteral("missing"));
    QCOMPARE(TokenFile::read(missing).problem,
        QStringLiteral("The token file %1 cannot be read: No such file or directory.")
            .arg(missing));
    QCOMPARE(TokenFile::read(folder.path()).problem,
        QStringLiteral("The token file %1 is a folder.").arg(folder.path()));
}

void TestTokenFile::warnsOfReaders()
{
    const QString path = write("secret", own | QFileDevice::ReadGroup);
    QCOMPARE(TokenFile::read(path).token, QStringLiteral("secret"));
    QCOMPARE(TokenFile::read(path).warning,
        QStringLiteral("Others can read the token file %1: chmod 600 helps.").arg(path));
}

QTEST_GUILESS_MAIN(TestTokenFile)
#include "tst_tokenfile.moc"
