// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/FilterField.h"
#include "monitor-app/views/FilterPopup.h"
#include "monitor-app/views/Theme.h"

#include <QtTest/QtTest>
#include <QtWidgets/QLabel>

using namespace Turnstile::Monitor;

/// Typing a filter, as people do it.
class TestFilterField : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void appliesWhenTypingPauses();
    void appliesAtOnceWithEnter();
    void appliesTextsOfTheProgram();
    void keepsTheLastGoodFilter();
    void saysWhatIsWrongOverTheWindow();
    void offersKeysThenValues();
    void takesOtherCandidates();
    void takesWhatIsClicked();
    void enterWithoutCandidatesApplies();
    void escapeClosesThenClears();
    void showsWhatThereIs();
    void staysInTheWindow();
    void outlivesItsOverlays();

private:
    QString shown() const { return field->text(); }
    FilterPopup *popup() const { return window->findChild<FilterPopup *>(); }
    QLabel *note() const { return window->findChild<QLabel *>(); }
    QString candidates() const
    {
        QStringList texts;
        for (int i = 0; i < popup()->topLevelItemCount(); ++i)
            texts += popup()->topLevelItem(i)->text(0);
        return texts.join(u' ');
    }
    void type(const char *keys) { QTest::keyClicks(field, QString::fromLatin1(keys)); }
    void press(Qt::Key key) { QTest::keyClick(field, key); }

    std::unique_ptr<QWidget> window;
    FilterField *field = nullptr;
    std::unique_ptr<QSignalSpy> changed;
};

void TestFilterField::init()
{
    window = std::make_unique<QWidget>();
    window->resize(700, 400);
    field = new FilterField(window.get());
    field->setGeometry(100, 8, 400, field->sizeHint().height());
    changed = std::make_unique<QSignalSpy>(field, &FilterField::filterChanged);
    window->show();
    QVERIFY(QTest::qWaitForWindowExposed(window.get()));
    window->activateWindow();
    field->setFocus();
    QTRY_VERIFY(field->hasFocus());
}

void TestFilterField::cleanup()
{
    changed.reset();
    window.reset();
}

void TestFilterField::appliesWhenTypingPauses()
{
    type("mess");
    QCOMPARE(changed->count(), 0);
    QVERIFY(changed->wait());
    QCOMPARE(changed->count(), 1);
    QCOMPARE(changed->takeFirst().constFirst().value<Filter>().text(), QStringLiteral("mess"));
    type("  "); // is no other filter
    QVERIFY(!changed->wait(250));
}

void TestFilterField::appliesAtOnceWithEnter()
{
    QSignalSpy entered(field, &QLineEdit::returnPressed);
    type("mess");
    press(Qt::Key_Return);
    QCOMPARE(changed->count(), 1);
    QCOMPARE(entered.count(), 1);
    QVERIFY(!changed->wait(250)); // not again
}

void TestFilterField::appliesTextsOfTheProgram()
{
    field->setText(QStringLiteral("method:POST"));
    QCOMPARE(changed->count(), 1);
    QVERIFY(!popup()->isVisible());
    QCOMPARE(field->filter().text(), QStringLiteral("method:POST"));
}

void TestFilterField::keepsTheLastGoodFilter()
{
    field->setText(QStringLiteral("queued:>0"));
    field->setText(QStringLiteral("queued:>"));
    QCOMPARE(changed->count(), 1);
    QCOMPARE(field->filter().text(), QStringLiteral("queued:>0"));
    QVERIFY(!field->problem().isEmpty());
    field->setText(QStringLiteral("queued:>0")); // nothing else than before
    QCOMPARE(changed->count(), 1);
    QVERIFY(field->problem().isEmpty());
}

void TestFilterField::saysWhatIsWrongOverTheWindow()
{
    const QRect before = field->geometry();
    field->setText(QStringLiteral("state:exhaustd"));
    QVERIFY(note()->isVisible());
    QVERIFY(note()->text().startsWith(QStringLiteral("\"state:exhaustd\": there is no state")));
    QCOMPARE(field->accessibleDescription(), note()->text());
    QCOMPARE(note()->parentWidget(), window.get());
    QVERIFY(note()->y() > field->geometry().bottom());
    QCOMPARE(field->geometry(), before);
    field->move(60, 20);
    QCOMPARE(note()->x(), 60);
    field->setText({});
    QVERIFY(!note()->isVisible());
    QVERIFY(field->accessibleDescription().isEmpty());
    field->setText(QStringLiteral("-"));
    QVERIFY(note()->isVisible());
    field->hide();
    QVERIFY(!note()->isVisible());
}

void TestFilterField::offersKeysThenValues()
{
    type("st");
    QVERIFY(popup()->isVisible());
    QCOMPARE(candidates(), QStringLiteral("state:"));
    press(Qt::Key_Tab);
    QCOMPARE(shown(), QStringLiteral("state:"));
    QVERIFY(field->hasFocus());
    QVERIFY(popup()->isVisible());
    QVERIFY(!note()->isVisible()); // the value is to come
    type("ex");
    QCOMPARE(candidates(), QStringLiteral("exhausted exempt"));
    press(Qt::Key_Return);
    QCOMPARE(shown(), QStringLiteral("state:exhausted "));
    QVERIFY(!popup()->isVisible());
    QCOMPARE(changed->count(), 1);
}

void TestFilterField::takesOtherCandidates()
{
    field->setText(QStringLiteral("method: channels"));
    field->setCursorPosition(7);
    type("p");
    QCOMPARE(candidates(), QStringLiteral("POST PUT PATCH"));
    press(Qt::Key_Up);
    press(Qt::Key_Up);
    press(Qt::Key_Tab);
    QCOMPARE(shown(), QStringLiteral("method:PUT channels"));
    QCOMPARE(field->cursorPosition(), 10);
    QCOMPARE(field->filter().text(), shown());
}

void TestFilterField::takesWhatIsClicked()
{
    type("wait:>5");
    const QRect item = popup()->visualItemRect(popup()->topLevelItem(1));
    QTest::mouseClick(popup()->viewport(), Qt::LeftButton, {}, item.center());
    QCOMPARE(shown(), QStringLiteral("wait:>5s "));
    QVERIFY(field->hasFocus());
}

void TestFilterField::enterWithoutCandidatesApplies()
{
    type("channels");
    QVERIFY(!popup()->isVisible());
    press(Qt::Key_Space);
    QVERIFY(!popup()->isVisible()); // nobody asked
    press(Qt::Key_Down);
    QVERIFY(popup()->isVisible());
    QCOMPARE(popup()->chosen(), -1);
    press(Qt::Key_Return);
    QCOMPARE(field->filter().text(), QStringLiteral("channels "));
    QVERIFY(!popup()->isVisible());
}

void TestFilterField::escapeClosesThenClears()
{
    type("st");
    press(Qt::Key_Escape);
    QVERIFY(!popup()->isVisible());
    QCOMPARE(shown(), QStringLiteral("st"));
    press(Qt::Key_Return);
    QCOMPARE(changed->count(), 1);
    press(Qt::Key_Escape);
    QVERIFY(shown().isEmpty());
    QTRY_COMPARE(changed->count(), 2);
    QVERIFY(field->filter().isEmpty());
}

void TestFilterField::showsWhatThereIs()
{
    QTest::mouseClick(field, Qt::LeftButton);
    QVERIFY(popup()->isVisible());
    QCOMPARE(popup()->topLevelItemCount(), int(filterKeys().size()));
    for (int i = 0; i < popup()->topLevelItemCount(); ++i)
        QVERIFY(!popup()->topLevelItem(i)->text(1).isEmpty());
    field->clearFocus();
    QVERIFY(!popup()->isVisible());
}

void TestFilterField::staysInTheWindow()
{
    field->setText(QString(200, u'x') + QStringLiteral(":y"));
    window->resize(300, 120);
    field->setGeometry(10, 8, 280, field->height());
    QVERIFY(window->rect().contains(note()->geometry()));
    field->setText({});
    press(Qt::Key_Down);
    QVERIFY(window->rect().contains(popup()->geometry()));
}

void TestFilterField::outlivesItsOverlays()
{
    type("st");
    delete popup();
    delete note();
    field->clearFocus();
    QVERIFY(!field->hasFocus());
    delete field;
}

QTEST_MAIN(TestFilterField)
#include "tst_filterfield.moc"
