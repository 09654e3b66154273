// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "Gui.h"
#include "monitor-app/models/Recent.h"
#include "monitor-app/sources/BotFinder.h"
#include "monitor-app/views/Button.h"
#include "monitor-app/views/StartPage.h"

#include <QtGui/QClipboard>
#include <QtTest/QtTest>
#include <QtWidgets/QLabel>
#include <QtWidgets/QScrollArea>
#include <QtWidgets/QScrollBar>

#include <memory>

using namespace Turnstile;
using namespace Turnstile::Monitor;

Q_DECLARE_METATYPE(const Theme *)

/// What people see first.
class TestStartPage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QSettings().clear(); }

    void offersBotsThatRun();
    void offersRecentRecordings();
    void copiesTheLinesToAdd();
    void saysWhatWentWrong();
    void fitsIntoASmallWindow_data();
    void fitsIntoASmallWindow();

private:
    static QStringList buttons(const StartPage &page)
    {
        QStringList texts;
        for (const Button *button : page.findChildren<Button *>()) {
            if (!button->isHidden())
                texts += button->text().remove(u'&');
        }
        return texts;
    }
    static Button *button(const StartPage &page, const QString &text)
    {
        for (Button *button : page.findChildren<Button *>()) {
            if (!button->isHidden() && button->text().remove(u'&') == text)
                return button;
        }
        return nullptr;
    }
    Gui::TemporarySettings m_settings;
};

void TestStartPage::offersBotsThatRun()
{
    const QTemporaryDir dir;
    const MonitorDirectory directory(dir.path());
    BotFinder finder(directory);
    StartPage page(&finder);
    page.show();
    QVERIFY(!button(page, QStringLiteral("music")));
    auto music = std::make_unique<Gui::FakeBot>(directory, "music");
    QTRY_VERIFY(button(page, QStringLiteral("music")));
    QList<MonitorAddress> chosen;
    connect(&page, &StartPage::botChosen, this,
        [&](const MonitorAddress &address) { chosen += address; });
    button(page, QStringLiteral("music"))->click();
    QCOMPARE(chosen, {MonitorAddress::local(music->path())});
    music.reset();
    QTRY_VERIFY(!button(page, QStringLiteral("music")));
}

void TestStartPage::offersRecentRecordings()
{
    for (const char *name : {"1.tsrec", "2.tsrec", "3.tsrec", "4.tsrec", "5.tsrec", "6.tsrec"})
        Recent::addRecording(m_settings.makeFile(name));
    Recent::addRecording(m_settings.filePath("3.tsrec")); // is the newest now
    StartPage page;
    page.show();
    QCoreApplication::processEvents();
    QCOMPARE(buttons(page).mid(buttons(page).size() - 5),
        QStringList({QStringLiteral("3.tsrec"), QStringLiteral("6.tsrec"),
            QStringLiteral("5.tsrec"), QStringLiteral("4.tsrec"), QStringLiteral("2.tsrec")}));
    QSignalSpy chosen(&page, &StartPage::recordingChosen);
    button(page, QStringLiteral("3.tsrec"))->click();
    QCOMPARE(chosen, QList<QList<QVariant>>({{m_settings.filePath("3.tsrec")}}));
    page.hide();
    QFile::remove(m_settings.filePath("6.tsrec"));
    page.show();
    QCoreApplication::processEvents();
    QVERIFY(!button(page, QStringLiteral("6.tsrec")));
    QVERIFY(button(page, QStringLiteral("2.tsrec")));
}

void TestStartPage::copiesTheLinesToAdd()
{
    StartPage page;
    page.show();
    button(page, QStringLiteral("Copy"))->click();
    QCOMPARE(QGuiApplication::clipboard()->text(),
        QStringLiteral("Turnstile::MonitorPublisher publisher(&limiter);\n"
                       "publisher.listen();\n"));
    QVERIFY(button(page, QStringLiteral("Copied")));
}

void TestStartPage::saysWhatWentWrong()
{
    const QTemporaryDir dir;
    QFile::setPermissions(dir.path(), QFile::permissions(dir.path()) | QFile::ReadOther);
    const BotFinder finder{MonitorDirectory(dir.path())};
    StartPage page(&finder);
    page.setProblem(QStringLiteral("The port is taken."));
    page.show();
    QStringList texts;
    for (const QLabel *label : page.findChildren<QLabel *>()) {
        if (label->isVisible())
            texts += label->text();
    }
    QVERIFY(texts.contains(QStringLiteral("The port is taken.")));
    QVERIFY(texts.contains(finder.problem()));
    QFile::setPermissions(dir.path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

void TestStartPage::fitsIntoASmallWindow_data()
{
    QTest::addColumn<QSize>("size");
    QTest::addColumn<const Theme *>("theme");
    for (const Theme *theme : {&Theme::dark(), &Theme::light()}) {
        for (const QSize size : {QSize(1440, 860), QSize(900, 560)})
            QTest::addRow("%s-%d", qPrintable(Gui::nameOf(*theme)), size.width()) << size << theme;
    }
}

void TestStartPage::fitsIntoASmallWindow()
{
    QFETCH(QSize, size);
    QFETCH(const Theme *, theme);
    for (const char *name : {"monday.tsrec", "night of the raid.tsrec"})
        Recent::addRecording(m_settings.makeFile(name));
    const QTemporaryDir dir;
    const MonitorDirectory directory(dir.path());
    const Gui::FakeBot chess(directory, "chess-bot");
    const Gui::FakeBot music(directory, "music-bot");
    const BotFinder finder(directory);
    StartPage page(&finder);
    page.setTheme(*theme);
    page.setProblem(QStringLiteral("The recording monday.tsrec is of a newer version."));
    page.setAutoFillBackground(true);
    page.resize(size);
    page.show();
    QCoreApplication::processEvents();
    auto *scroll = page.findChild<QScrollArea *>();
    QCOMPARE(scroll->horizontalScrollBar()->maximum(), 0);
    const auto *copy = button(page, QStringLiteral("Copy"));
    const auto *code = qobject_cast<QLabel *>(copy->parentWidget());
    const QRect text = code->fontMetrics().boundingRect({}, 0, code->text());
    QVERIFY(text.width() + 2 * Theme::padding < copy->x());
    QVERIFY(text.height() + 2 * Theme::padding <= code->height());
    Gui::savePicture(page, QStringLiteral("start-%1").arg(QLatin1String(QTest::currentDataTag())));
}

QTEST_MAIN(TestStartPage)
#include "tst_startpage.moc"
