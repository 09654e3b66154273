// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "Gui.h"
#include "monitor-app/views/Button.h"
#include "monitor-app/views/StateBanner.h"

#include <QtTest/QtTest>

using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// One line at a time, the most pressing one.
class TestStateBanner : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void isHiddenWhileAllIsWell();
    void statesWin();
    void noticesTimeOutWhileTheyAreSeen();
    void noticesCanBeDismissed();
    void offersWhatHelps();
    void looksLikeTheTheme();

private:
    static Button *visibleButton(const StateBanner &banner)
    {
        for (Button *button : banner.findChildren<Button *>()) {
            if (!button->isHidden())
                return button;
        }
        return nullptr;
    }
};

void TestStateBanner::isHiddenWhileAllIsWell()
{
    StateBanner banner;
    QVERIFY(banner.isHidden());
    banner.setConnecting(QStringLiteral("music-bot"));
    QVERIFY(!banner.isHidden());
    QCOMPARE(banner.text(), QStringLiteral("Connecting to music-bot…"));
    QCOMPARE(banner.accessibleName(), banner.text());
    banner.clearConnection();
    QVERIFY(banner.isHidden());
}

void TestStateBanner::statesWin()
{
    StateBanner banner;
    banner.setTruncated(QStringLiteral("The recording ends at 4:12."));
    banner.setFrozen(5s);
    QVERIFY(banner.text().contains(QStringLiteral("frozen for 5 s")));
    banner.showNotice(QStringLiteral("Exported 12 buckets."));
    QCOMPARE(banner.text(), QStringLiteral("Exported 12 buckets."));
    banner.setLost(QStringLiteral("The bot has ended"), 12s);
    QCOMPARE(banner.text(),
        QStringLiteral("Reconnecting: The bot has ended. What you see is 12 s old."));
    banner.clearConnection();
    QCOMPARE(banner.text(), QStringLiteral("Exported 12 buckets.")); // was not seen to its end
    banner.showNotice({});
    banner.clearFrozen();
    QCOMPARE(banner.text(), QStringLiteral("The recording ends at 4:12."));
}

void TestStateBanner::noticesTimeOutWhileTheyAreSeen()
{
    StateBanner banner;
    banner.setConnecting(QStringLiteral("music-bot"));
    banner.showNotice(QStringLiteral("A global lock."), StateBanner::Tone::Error, 20ms);
    QTest::qWait(40);
    banner.clearConnection();
    QCOMPARE(banner.text(), QStringLiteral("A global lock."));
    QTRY_VERIFY(banner.isHidden());
}

void TestStateBanner::noticesCanBeDismissed()
{
    StateBanner banner;
    banner.showNotice(QStringLiteral("Exported."));
    Button *dismiss = visibleButton(banner);
    QVERIFY(dismiss);
    dismiss->click();
    QVERIFY(banner.isHidden());
}

void TestStateBanner::offersWhatHelps()
{
    StateBanner banner;
    QSignalSpy connectRequested(&banner, &StateBanner::connectRequested);
    QSignalSpy retryRequested(&banner, &StateBanner::retryRequested);
    QSignalSpy resumeRequested(&banner, &StateBanner::resumeRequested);
    banner.setFailed(QStringLiteral("music-bot"), QStringLiteral("Wrong token."), false);
    QCOMPARE(banner.text(), QStringLiteral("music-bot: Wrong token."));
    visibleButton(banner)->click();
    QCOMPARE(connectRequested.count(), 1);
    banner.setFailed(QStringLiteral("music-bot"), QStringLiteral("Nobody listens."), true);
    visibleButton(banner)->click();
    QCOMPARE(retryRequested.count(), 1);
    banner.setLost(QStringLiteral("Gone"), 1s);
    QVERIFY(!visibleButton(banner)); // it helps itself
    banner.clearConnection();
    banner.setFrozen(1s);
    visibleButton(banner)->click();
    QCOMPARE(resumeRequested.count(), 1);
}

void TestStateBanner::looksLikeTheTheme()
{
    for (const Theme *theme : {&Theme::dark(), &Theme::light()}) {
        StateBanner banner;
        banner.setTheme(*theme);
        banner.resize(900, Theme::bannerHeight);
        const auto look = [&](const char *name) {
            // Not the panel's colour: it is to be seen.
            QVERIFY(banner.grab().toImage().pixelColor(2, 2) != theme->panel);
            Gui::savePicture(banner,
                QStringLiteral("banner-%1-%2").arg(Gui::nameOf(*theme), QLatin1String(name)));
        };
        banner.showNotice(
            QStringLiteral("Exported 12 buckets to buckets.csv."), StateBanner::Tone::Good);
        look("notice");
        banner.setLost(QStringLiteral("The bot has closed the connection."), 12s);
        look("lost");
        banner.setFailed(QStringLiteral("music-bot · pid 4121"),
            QStringLiteral("It speaks version 3 of the protocol, this monitor only 1 and 2, which "
                           "is a sentence too long for a window of 900 pixels."),
            true);
        look("failed");
    }
}

QTEST_MAIN(TestStateBanner)
#include "tst_statebanner.moc"
