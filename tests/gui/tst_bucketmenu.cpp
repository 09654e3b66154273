// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/BucketMenu.h"
#include "monitor-app/views/Theme.h"

#include <QtGui/QClipboard>
#include <QtTest/QtTest>
#include <QtWidgets/QApplication>
#include <QtWidgets/QMenu>
#include <QtWidgets/QMessageBox>
#include <QtWidgets/QPushButton>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;
using Action = MonitorCommand::Action;

/// Every item of the menu, and what the bot is asked for.
class TestBucketMenu : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();

    void asksTheBot_data();
    void asksTheBot();
    void asksNothingWithoutConsent();
    void offersWaitingTickets();
    void saysWhyNothingCanBeDone();
    void leavesGroupsWhole();
    void copiesAndFilters();
    void knowsBucketsThatAreGone();
    void survivesASourceThatGoes();
    void asksInAMessageBox_data();
    void asksInAMessageBox();
    void showsItself_data();
    void showsItself();

private:
    struct Source : Fake::Source {
        QString controlProblem() const override { return why; }
        void control(const MonitorCommand &command) override
        {
            commands.push_back(command);
            Q_EMIT controlled(command, answer);
        }
        QString why;
        QString answer;
        std::vector<MonitorCommand> commands;
    };

    QMenu *menuOf(quint64 bucket) { return m_menu->build(m_source.get(), Fake::bucketId(bucket)); }
    static QAction *item(const QMenu *menu, const QString &text)
    {
        const QList<QAction *> actions = menu->actions();
        const auto found = std::find_if(actions.cbegin(), actions.cend(),
            [&text](const QAction *action) { return action->text() == text; });
        return found == actions.cend() ? nullptr : *found;
    }
    void addTickets(int count)
    {
        UpdateBatch batch;
        batch.at = batch.since = m_now;
        for (int i = 0; i < count; ++i) {
            TicketInfo ticket;
            ticket.id = {quint64(10'000 + i) << TicketId::slotBits};
            ticket.bucket = Fake::bucketId(1);
            ticket.name = QStringLiteral("POST /channels/41771983423143937/messages");
            ticket.askedAt = ticket.at = m_now - 3100ms + milliseconds(i * 100);
            batch.tickets.push_back(ticket);
        }
        m_store->apply(batch);
        m_store->makeFrame();
    }

    TimePoint m_now;
    std::unique_ptr<Store> m_store;
    std::unique_ptr<Source> m_source;
    std::unique_ptr<QWidget> m_window;
    BucketMenu *m_menu = nullptr;
    std::vector<ControlQuestion> m_questions;
    bool m_consent = true;
};

void TestBucketMenu::init()
{
    m_now = TimePoint(1000s);
    m_store = std::make_unique<Store>([this] { return m_now; });
    UpdateBatch batch;
    batch.at = batch.since = m_now;
    batch.buckets = Fake::sampleBuckets(m_now);
    m_store->apply(batch);
    m_store->makeFrame();
    m_source = std::make_unique<Source>();
    m_window = std::make_unique<QWidget>();
    m_menu = new BucketMenu(m_store.get(), &m_store->tickets(), m_window.get());
    m_questions.clear();
    m_consent = true;
    m_menu->setConfirm([this](const ControlQuestion &question) {
        m_questions.push_back(question);
        return m_consent;
    });
}

void TestBucketMenu::asksTheBot_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("action");
    QTest::addColumn<bool>("all");
    QTest::addColumn<QString>("question"); // empty: none
    QTest::addColumn<QString>("answer");
    const auto row = [](const char *text, Action action, bool all, const char *question,
                         const char *answer) {
        QTest::newRow(text) << QString::fromUtf8(text) << int(action) << all
                            << QString::fromUtf8(question) << QString::fromUtf8(answer);
    };
    row("Pause bucket…", Action::Pause, false, "Pause GET /users/@me/guilds?",
        "GET /users/@me/guilds is paused.");
    row("Resume bucket", Action::Resume, false, "", "GET /users/@me/guilds is resumed.");
    row("Drain bucket…", Action::Drain, false, "Drain GET /users/@me/guilds?",
        "GET /users/@me/guilds takes no new tickets until it is resumed.");
    row("Pause everything…", Action::Pause, true, "Pause everything?", "Everything is paused.");
    row("Resume everything", Action::Resume, true, "", "Everything is resumed.");
}

void TestBucketMenu::asksTheBot()
{
    QFETCH(QString, text);
    QFETCH(int, action);
    QFETCH(bool, all);
    QFETCH(QString, question);
    QFETCH(QString, answer);
    QSignalSpy answered(m_menu, &BucketMenu::answered);
    item(menuOf(8), text)->trigger();
    QCOMPARE(m_source->commands.size(), size_t(1));
    QCOMPARE(int(m_source->commands[0].action), action);
    QCOMPARE(m_source->commands[0].bucket, all ? BucketId() : Fake::bucketId(8));
    QCOMPARE(m_questions.empty() ? QString() : m_questions[0].title, question);
    QCOMPARE(answered.value(0), QVariantList({answer}));

    m_source->answer = QStringLiteral("The bot does not allow control.");
    item(menuOf(8), text)->trigger();
    QCOMPARE(answered.count(), 2); // once each, however many menus there were
    QVERIFY(answered[1][0].toString().endsWith(
        QStringLiteral(" is as before: The bot does not allow control.")));
}

void TestBucketMenu::asksNothingWithoutConsent()
{
    m_consent = false;
    const QMenu *menu = menuOf(1);
    item(menu, QStringLiteral("Drain bucket…"))->trigger();
    item(menu, QStringLiteral("Pause everything…"))->trigger();
    QCOMPARE(m_questions.size(), size_t(2));
    QVERIFY(m_questions[0].text.startsWith(QStringLiteral(
        "Tickets that wait are granted; new ones are rejected until the bucket is resumed.")));
    QVERIFY(m_source->commands.empty());
}

void TestBucketMenu::offersWaitingTickets()
{
    const QString title = QStringLiteral("Cancel a waiting ticket");
    QVERIFY(!item(menuOf(1), title)->isEnabled()); // none is known
    addTickets(25);
    const QAction *entry = item(menuOf(1), title);
    QVERIFY(entry->isEnabled());
    const QList<QAction *> tickets = entry->menu()->actions();
    QCOMPARE(tickets.size(), qsizetype(BucketMenu::mostTickets) + 1);
    QCOMPARE(tickets[0]->text(), QStringLiteral("#10000 · waits 3.1 s"));
    QVERIFY(!tickets.constLast()->isEnabled());
    QSignalSpy answered(m_menu, &BucketMenu::answered);
    tickets[1]->trigger();
    QCOMPARE(m_questions[0].title, QStringLiteral("Cancel ticket #10001?"));
    QCOMPARE(m_source->commands.size(), size_t(1));
    QCOMPARE(m_source->commands[0].action, Action::CancelTicket);
    QCOMPARE(m_source->commands[0].ticket.number(), quint64(10'001));
    QCOMPARE(answered.value(0), QVariantList({QStringLiteral("Ticket #10001 is cancelled.")}));
}

void TestBucketMenu::saysWhyNothingCanBeDone()
{
    addTickets(1);
    m_source->why = QStringLiteral("The bot does not allow control.");
    const QMenu *menu = menuOf(1);
    const QAction *note = menu->actions().constFirst();
    QCOMPARE(note->text(), m_source->why);
    QCOMPARE(note->toolTip(), m_source->why);
    QStringList enabled;
    for (const QAction *action : menu->actions()) {
        if (action->isEnabled() && !action->isSeparator())
            enabled += action->text();
    }
    QCOMPARE(enabled,
        QStringList({QStringLiteral("Copy route"), QStringLiteral("Copy hash"),
            QStringLiteral("Filter by this route")}));
}

void TestBucketMenu::leavesGroupsWhole()
{
    const QMenu *menu = menuOf(7);
    const QAction *pause = item(menu, QStringLiteral("Pause bucket…"));
    QVERIFY(!pause->isEnabled());
    QVERIFY(pause->toolTip().contains(QStringLiteral("many buckets")));
    QVERIFY(item(menu, QStringLiteral("Pause everything…"))->isEnabled());
}

void TestBucketMenu::copiesAndFilters()
{
    const QMenu *menu = menuOf(1);
    QSignalSpy filter(m_menu, &BucketMenu::filterRequested);
    item(menu, QStringLiteral("Copy route"))->trigger();
    QCOMPARE(QGuiApplication::clipboard()->text(),
        QStringLiteral("POST /channels/41771983423143937/messages"));
    item(menu, QStringLiteral("Copy hash"))->trigger();
    QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("a1f3c09be17d449c"));
    item(menu, QStringLiteral("Filter by this route"))->trigger();
    QCOMPARE(filter.value(0),
        QVariantList({QStringLiteral("method:POST \"/channels/41771983423143937/messages\"")}));
    QVERIFY(!item(menuOf(11), QStringLiteral("Copy hash"))->isEnabled());
}

void TestBucketMenu::knowsBucketsThatAreGone()
{
    const QMenu *menu = menuOf(99);
    QCOMPARE(menu->actions().size(), 2);
    QCOMPARE(menu->actions().constFirst()->text(), QStringLiteral("Pause everything…"));
    QSignalSpy answered(m_menu, &BucketMenu::answered);
    MonitorCommand command;
    command.bucket = Fake::bucketId(99);
    Q_EMIT m_source->controlled(command, {});
    QCOMPARE(answered.value(0), QVariantList({QStringLiteral("The bucket is resumed.")}));

    const QMenu *withoutSource = m_menu->build(nullptr, {});
    QCOMPARE(withoutSource->actions().constFirst()->text(), QStringLiteral("No bot is watched."));
}

void TestBucketMenu::survivesASourceThatGoes()
{
    m_menu->setConfirm([this](const ControlQuestion &) {
        m_source.reset();
        return true;
    });
    const QMenu *menu = menuOf(1);
    item(menu, QStringLiteral("Drain bucket…"))->trigger();
    item(menu, QStringLiteral("Resume bucket"))->trigger();
}

void TestBucketMenu::asksInAMessageBox_data()
{
    QTest::addColumn<bool>("dark");
    QTest::addColumn<bool>("yes");
    QTest::newRow("dark") << true << true;
    QTest::newRow("light") << false << false;
}

void TestBucketMenu::asksInAMessageBox()
{
    QFETCH(bool, dark);
    QFETCH(bool, yes);
    auto *menu = new BucketMenu(m_store.get(), &m_store->tickets(), m_window.get());
    menu->setTheme(dark ? Theme::dark() : Theme::light());
    QTimer::singleShot(0, this, [yes] {
        auto *box = qobject_cast<QMessageBox *>(QApplication::activeModalWidget());
        QVERIFY(box);
        if (const QString to = qEnvironmentVariable("TURNSTILE_TEST_SCREENSHOT"); !to.isEmpty())
            QVERIFY(box->grab().save(
                to + u"box-"_qs + QLatin1String(QTest::currentDataTag()) + u".png"_qs));
        QCOMPARE(box->defaultButton()->text(), QStringLiteral("Leave it"));
        for (QAbstractButton *button : box->buttons()) {
            if ((box->buttonRole(button) == QMessageBox::AcceptRole) == yes)
                button->click();
        }
    });
    item(menu->build(m_source.get(), Fake::bucketId(1)), QStringLiteral("Drain bucket…"))
        ->trigger();
    QCOMPARE(m_source->commands.size(), size_t(yes ? 1 : 0));
}

void TestBucketMenu::showsItself_data()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("dark") << true;
    QTest::newRow("light") << false;
}

void TestBucketMenu::showsItself()
{
    QFETCH(bool, dark);
    addTickets(7);
    if (!dark)
        m_source->why = QStringLiteral("The bot does not allow control.");
    m_menu->setTheme(dark ? Theme::dark() : Theme::light());
    const QPointer<QMenu> menu = menuOf(1);
    menu->popup({});
    const QImage image = menu->grab().toImage();
    QCOMPARE(image.pixelColor(image.width() - 6, 6).lightness() < 128, dark);
    if (const QString to = qEnvironmentVariable("TURNSTILE_TEST_SCREENSHOT"); !to.isEmpty()) {
        const QString end = QLatin1String(QTest::currentDataTag()) + u".png"_qs;
        QVERIFY(image.save(to + end));
        QMenu *tickets = item(menu, QStringLiteral("Cancel a waiting ticket"))->menu();
        tickets->ensurePolished();
        QVERIFY(tickets->grab().save(to + u"tickets-"_qs + end));
    }
    menu->close();
    QTRY_VERIFY(!menu);
}

QTEST_MAIN(TestBucketMenu)
#include "tst_bucketmenu.moc"
