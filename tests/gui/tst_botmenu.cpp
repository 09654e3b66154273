// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "Gui.h"
#include "monitor-app/models/Recent.h"
#include "monitor-app/views/BotMenu.h"

#include <QtTest/QtTest>

#include <memory>

using namespace Turnstile;
using namespace Turnstile::Monitor;

/// The list of what can be watched, with bots that come and go.
class TestBotMenu : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QSettings().clear(); }

    void listsBotsWhileItIsOpen();
    void survivesTheChoiceOfABot();
    void saysWhyThereAreNoBots();
    void offersRecentRecordings();
    void disconnectsFromWhatIsWatched();

private:
    static QAction *find(const QMenu &menu, const QString &text)
    {
        for (QAction *action : menu.actions()) {
            if (action->text().remove(u'&').startsWith(text))
                return action;
        }
        return nullptr;
    }
    Gui::TemporarySettings m_settings;
};

void TestBotMenu::listsBotsWhileItIsOpen()
{
    const QTemporaryDir dir;
    const MonitorDirectory directory(dir.path());
    const Gui::FakeBot music(directory, "music");
    BotFinder finder(directory);
    BotMenu menu(&finder);
    menu.setPresent(MonitorAddress::local(music.path()));
    menu.setPalette(Theme::dark().palette());
    menu.popup({});
    Gui::savePicture(menu, QStringLiteral("botmenu"));
    const QAction *bot = menu.actions().constFirst();
    QCOMPARE(bot->text(), QStringLiteral("music · pid %1").arg(QCoreApplication::applicationPid()));
    QVERIFY(bot->isChecked());
    auto chess = std::make_unique<Gui::FakeBot>(directory, "chess");
    QTRY_VERIFY(menu.actions().constFirst()->text().startsWith(QStringLiteral("chess")));
    QVERIFY(!menu.actions().constFirst()->isChecked());
    chess.reset();
    QTRY_VERIFY(menu.actions().constFirst()->text().startsWith(QStringLiteral("music")));
}

void TestBotMenu::survivesTheChoiceOfABot()
{
    const QTemporaryDir dir;
    const MonitorDirectory directory(dir.path());
    const Gui::FakeBot music(directory, "music");
    BotFinder finder(directory);
    BotMenu menu(&finder);
    QList<MonitorAddress> chosen;
    connect(&menu, &BotMenu::botChosen, this, [&](const MonitorAddress &address) {
        chosen += address;
        menu.setPresent(address); // makes the actions anew
    });
    menu.actions().constFirst()->trigger();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    QCOMPARE(chosen, {MonitorAddress::local(music.path())});
    QVERIFY(menu.actions().constFirst()->isChecked());
}

void TestBotMenu::saysWhyThereAreNoBots()
{
    const QTemporaryDir dir;
    BotFinder finder{MonitorDirectory(dir.path())};
    const BotMenu menu(&finder);
    QVERIFY(!menu.actions().constFirst()->isEnabled());
    QVERIFY(menu.actions().constFirst()->text().startsWith(QStringLiteral("No bot")));
    QFile::setPermissions(dir.path(), QFile::permissions(dir.path()) | QFile::ReadOther);
    finder.refresh();
    QVERIFY(menu.actions().constFirst()->text().contains(QStringLiteral("open to others")));
    QFile::setPermissions(dir.path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

void TestBotMenu::offersRecentRecordings()
{
    BotMenu menu(nullptr);
    QAction *recent = find(menu, QStringLiteral("Recent recordings"));
    QVERIFY(recent && !recent->isVisible());
    const QString file = m_settings.makeFile("one & two.tsrec");
    Recent::addRecording(file);
    menu.popup({});
    QVERIFY(recent->isVisible());
    QSignalSpy chosen(&menu, &BotMenu::recordingChosen);
    recent->menu()->actions().constFirst()->trigger();
    QCOMPARE(chosen.count(), 1);
    QCOMPARE(chosen[0][0].toString(), file);
}

void TestBotMenu::disconnectsFromWhatIsWatched()
{
    BotMenu menu(nullptr);
    QAction *disconnect = find(menu, QStringLiteral("Disconnect"));
    QVERIFY(disconnect && !disconnect->isEnabled());
    menu.setWatching(true);
    QVERIFY(disconnect->isEnabled());
    QSignalSpy requested(&menu, &BotMenu::disconnectRequested);
    disconnect->trigger();
    QCOMPARE(requested.count(), 1);
}

QTEST_MAIN(TestBotMenu)
#include "tst_botmenu.moc"
