// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "Gui.h"
#include "monitor-app/views/ShortcutsDialog.h"

#include <QtTest/QtTest>
#include <QtWidgets/QLabel>
#include <QtWidgets/QScrollArea>
#include <QtWidgets/QScrollBar>

using namespace Turnstile::Monitor;

/// The table of keys, and the keys that close it.
class TestShortcutsDialog : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void listsWhatItIsGiven();
    void closesByItsOwnKeys_data();
    void closesByItsOwnKeys();

private:
    const std::vector<ShortcutsDialog::Entry> entries{
        {QStringLiteral("View"), QStringLiteral("Space"), QStringLiteral("Freeze and resume")},
        {QStringLiteral("View"), QStringLiteral("1, 2, 3"), QStringLiteral("Time range")},
        {QStringLiteral("Source"), QStringLiteral("Ctrl+N"), QStringLiteral("Connect to a bot")},
        {QStringLiteral("Source"), QStringLiteral("Ctrl+O"), QStringLiteral("Open a recording")},
    };
};

void TestShortcutsDialog::listsWhatItIsGiven()
{
    for (const Theme *theme : {&Theme::dark(), &Theme::light()}) {
        ShortcutsDialog dialog(entries, *theme);
        dialog.show();
        QCoreApplication::processEvents();
        QVERIFY(!dialog.findChild<QScrollArea *>()->verticalScrollBar()->isVisible());
        QStringList texts;
        for (const QLabel *label : dialog.findChildren<QLabel *>())
            texts += label->text();
        QCOMPARE(texts.count(QStringLiteral("View")), 1); // a title for each section
        QCOMPARE(texts.count(QStringLiteral("Source")), 1);
        QVERIFY(texts.contains(QStringLiteral("Freeze and resume")));
        QVERIFY(texts.contains(QStringLiteral("2"))); // keys are apart
        Gui::savePicture(dialog, QStringLiteral("shortcuts-%1").arg(Gui::nameOf(*theme)));
    }
}

void TestShortcutsDialog::closesByItsOwnKeys_data()
{
    QTest::addColumn<int>("key");
    QTest::newRow("F1") << int(Qt::Key_F1);
    QTest::newRow("?") << int(Qt::Key_Question);
    QTest::newRow("Esc") << int(Qt::Key_Escape);
}

void TestShortcutsDialog::closesByItsOwnKeys()
{
    QFETCH(int, key);
    ShortcutsDialog dialog(entries, Theme::dark());
    dialog.show();
    QTest::keyClick(&dialog, Qt::Key(key));
    QVERIFY(!dialog.isVisible());
}

QTEST_MAIN(TestShortcutsDialog)
#include "tst_shortcutsdialog.moc"
