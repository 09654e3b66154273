// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/sources/Recorder.h"
#include "monitor-app/sources/ReplaySource.h"
#include "monitor-app/views/Button.h"
#include "monitor-app/views/ReplayBar.h"
#include "monitor-app/views/Scrubber.h"
#include "RandomBot.h"

#include <QtCore/QTemporaryDir>
#include <QtGui/QAction>
#include <QtTest/QtTest>
#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QMenu>
#include <QtWidgets/QVBoxLayout>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// The bar moves its recording, by mouse and by keyboard.
class TestReplayBar : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void showsWhereItStands();
    void jumpsWhereItIsClicked();
    void isMovedByKeys();
    void leavesKeysToOthers();
    void setsTheSpeed();
    void survivesItsSource();
    void writesTimes();

private:
    QString text(const char *name) const;
    template <typename Child> Child *child(const char *name) const;
    milliseconds position() const { return m_source->position(); }

    QTemporaryDir m_dir;
    QString m_path;
    TimePoint m_clock{500s};
    std::unique_ptr<ReplaySource> m_source;
    std::unique_ptr<QWidget> m_window;
    QLineEdit *m_other = nullptr;
    ReplayBar *m_bar = nullptr;
};

void TestReplayBar::initTestCase()
{
    m_path = m_dir.filePath(QStringLiteral("bot.tsrec"));
    Fake::RandomBot bot;
    Recorder recorder(&bot);
    QCOMPARE(recorder.start(m_path), QString());
    for (int i = 0; i < 201; ++i) {
        bot.time += 500ms;
        bot.step();
    }
    recorder.stop();
}

void TestReplayBar::init()
{
    m_source = std::make_unique<ReplaySource>(m_path, [this] { return m_clock; });
    QCOMPARE(m_source->start(), QString());
    m_window = std::make_unique<QWidget>();
    auto *layout = new QVBoxLayout(m_window.get());
    layout->setContentsMargins(0, 0, 0, 0);
    m_other = new QLineEdit(m_window.get());
    m_bar = new ReplayBar(m_window.get());
    layout->addWidget(m_other);
    layout->addWidget(m_bar);
    m_bar->setSource(m_source.get());
    m_window->resize(1000, 100);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
}

void TestReplayBar::cleanup()
{
    m_window.reset();
    m_source.reset();
}

template <typename Child> Child *TestReplayBar::child(const char *name) const
{
    for (Child *child : m_bar->findChildren<Child *>()) {
        if (child->accessibleName() == QLatin1String(name))
            return child;
    }
    return nullptr;
}

QString TestReplayBar::text(const char *name) const
{
    return child<QLabel>(name)->text();
}

void TestReplayBar::showsWhereItStands()
{
    QCOMPARE(text("Position"), QStringLiteral("0:00 / 1:40"));
    m_clock += 61s;
    m_source->advance();
    QCOMPARE(text("Position"), QStringLiteral("1:01 / 1:40"));
    QCOMPARE(text("Recorded at"),
        QLocale().toString(m_source->wallTime(), QStringLiteral("d MMM yyyy HH:mm:ss")));
    const auto *scrubber = child<Scrubber>("Position in the recording");
    QCOMPARE(scrubber->maximum(), 100'500);
    QCOMPARE(scrubber->value(), 61'000);
    QTest::mouseClick(child<Button>("Pause"), Qt::LeftButton);
    QVERIFY(!m_source->isPlaying());
    QTest::mouseClick(child<Button>("Play"), Qt::LeftButton);
    QVERIFY(m_source->isPlaying());
    QVERIFY(!m_bar->accessibleName().isEmpty());
}

void TestReplayBar::jumpsWhereItIsClicked()
{
    auto *scrubber = child<Scrubber>("Position in the recording");
    m_source->setPlaying(false);
    const QPoint centre = scrubber->rect().center();
    QTest::mouseClick(scrubber, Qt::LeftButton, {}, centre);
    QVERIFY(position() > 49s && position() < 52s);
    QTest::mousePress(scrubber, Qt::LeftButton, {}, centre);
    QTest::mouseMove(scrubber, {-50, 0}); // as far as there is
    QCOMPARE(position(), milliseconds(0));
    QTest::mouseRelease(scrubber, Qt::LeftButton, {}, {scrubber->width() + 50, 0});
    QCOMPARE(position(), milliseconds(0));
}

void TestReplayBar::isMovedByKeys()
{
    m_source->setPlaying(false);
    for (QWidget *focus : {static_cast<QWidget *>(child<Button>("Play")),
             static_cast<QWidget *>(child<Scrubber>("Position in the recording"))}) {
        focus->setFocus();
        m_source->setPosition(30s);
        QTest::keyClick(focus, Qt::Key_Right);
        QCOMPARE(position(), milliseconds(31s));
        QTest::keyClick(focus, Qt::Key_Left, Qt::ShiftModifier);
        QCOMPARE(position(), milliseconds(21s));
        QTest::keyClick(focus, Qt::Key_Left);
        QTest::keyClick(focus, Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(position(), milliseconds(30s));
        QTest::keyClick(focus, Qt::Key_End);
        QCOMPARE(position(), m_source->duration());
        QTest::keyClick(focus, Qt::Key_Home);
        QCOMPARE(position(), milliseconds(0));
        QTest::keyClick(focus, Qt::Key_K);
        QVERIFY(m_source->isPlaying());
        QTest::keyClick(focus, Qt::Key_K);
        QVERIFY(!m_source->isPlaying());
    }
}

void TestReplayBar::leavesKeysToOthers()
{
    m_source->setPlaying(false);
    m_other->setFocus();
    for (const Qt::Key key : {Qt::Key_K, Qt::Key_Right, Qt::Key_End})
        QTest::keyClick(m_other, key);
    QCOMPARE(m_other->text(), QStringLiteral("k"));
    QVERIFY(!m_source->isPlaying());
    QCOMPARE(position(), milliseconds(0));
}

void TestReplayBar::setsTheSpeed()
{
    auto *button = child<Button>("Speed");
    QStringList speeds;
    for (QAction *action : button->menu()->actions())
        speeds.append(action->text());
    QCOMPARE(speeds.join(u' '), QStringLiteral("0.25× 0.5× 1× 2× 4× 8× 16×"));
    button->menu()->actions().constFirst()->trigger();
    QCOMPARE(m_source->speed(), 0.25);
    QVERIFY(button->text().startsWith(QStringLiteral("0.25×")));
    m_source->setSpeed(16);
    QVERIFY(button->menu()->actions().constLast()->isChecked());
}

void TestReplayBar::survivesItsSource()
{
    QVERIFY(m_bar->isEnabled());
    m_source.reset();
    QVERIFY(!m_bar->isEnabled());
    QCOMPARE(text("Position"), QStringLiteral("0:00 / 0:00"));
    m_bar->grab();
}

void TestReplayBar::writesTimes()
{
    QCOMPARE(Scrubber::timeText(999), QStringLiteral("0:00"));
    QCOMPARE(Scrubber::timeText(83'000), QStringLiteral("1:23"));
    QCOMPARE(Scrubber::timeText(3'723'000), QStringLiteral("1:02:03"));
    QCOMPARE(Scrubber::timeText(100 * 3'600'000LL), QStringLiteral("100:00:00"));
}

QTEST_MAIN(TestReplayBar)
#include "tst_replaybar.moc"
