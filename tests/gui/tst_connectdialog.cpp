// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "Gui.h"
#include "monitor-app/models/Recent.h"
#include "monitor-app/views/ConnectDialog.h"

#include <QtTest/QtTest>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPushButton>

using namespace Turnstile;
using namespace Turnstile::Monitor;

/// The dialog lets through what can be connected to, and warns.
class TestConnectDialog : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QSettings().clear(); }

    void judgesWhatIsTyped_data();
    void judgesWhatIsTyped();
    void remembersAddressesAndNoTokens();
    void looksLikeTheTheme();

private:
    Gui::TemporarySettings m_settings;
};

void TestConnectDialog::judgesWhatIsTyped_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("valid");
    QTest::addColumn<QString>("remark"); // a part of it
    const auto row = [](const char *text, bool valid, const char *remark) {
        QTest::newRow(text) << QString::fromLatin1(text) << valid << QString::fromLatin1(remark);
    };
    row("", false, "ssh -L");
    row("music", false, "is no path");
    row("host:99999", false, "no port");
    row("/run/user/1000/turnstile/music-4121.sock", true, "");
    row("localhost:7070", true, "");
    row("127.0.0.2:7070", true, "");
    row("[::1]:7070", true, "");
    row("tls://example.org:7070", true, "");
    row("example.org:7070", true, "unencrypted to example.org");
    row("192.168.1.4:7070", true, "unencrypted");
}

void TestConnectDialog::judgesWhatIsTyped()
{
    QFETCH(QString, text);
    QFETCH(QString, remark);
    ConnectDialog dialog(Theme::dark());
    dialog.setAddress(text);
    QPushButton *ok = nullptr;
    for (QPushButton *button : dialog.findChildren<QPushButton *>())
        ok = button->isDefault() ? button : ok;
    QVERIFY(ok);
    QTEST(ok->isEnabled(), "valid");
    QStringList texts;
    for (const QLabel *label : dialog.findChildren<QLabel *>())
        texts += label->text();
    QVERIFY(texts.join(u' ').contains(remark));
    QCOMPARE(texts.join(u' ').contains(QStringLiteral("unencrypted")),
        remark.contains(QStringLiteral("unencrypted")));
    dialog.accept(); // what is not valid is not taken
    QTEST(dialog.result() == QDialog::Accepted, "valid");
    QTEST(!Recent::addresses().isEmpty(), "valid");
}

void TestConnectDialog::remembersAddressesAndNoTokens()
{
    {
        ConnectDialog dialog(Theme::dark());
        dialog.setAddress(QStringLiteral(" localhost:7070 "));
        auto *token = dialog.findChild<QLineEdit *>(QString(), Qt::FindDirectChildrenOnly);
        QCOMPARE(token->echoMode(), QLineEdit::Password);
        token->setText(QStringLiteral("verySecret"));
        dialog.accept();
        QCOMPARE(dialog.token(), QStringLiteral("verySecret"));
        QCOMPARE(dialog.address(), MonitorAddress::tcp(QStringLiteral("localhost"), 7070));
    }
    const ConnectDialog dialog(Theme::dark());
    const auto *addresses = dialog.findChild<QComboBox *>();
    QCOMPARE(addresses->count(), 1);
    QCOMPARE(addresses->itemText(0), QStringLiteral("localhost:7070"));
    QCOMPARE(dialog.token(), QString());
    const QSettings settings;
    for (const QString &key : settings.allKeys())
        QVERIFY(!settings.value(key).toStringList().join(u' ').contains(u"verySecret"));
}

void TestConnectDialog::looksLikeTheTheme()
{
    for (const Theme *theme : {&Theme::dark(), &Theme::light()}) {
        ConnectDialog dialog(*theme);
        dialog.setAddress(QStringLiteral("example.org:7070"));
        dialog.show();
        QCOMPARE(dialog.grab().toImage().pixelColor(2, 2), theme->window);
        Gui::savePicture(dialog, QStringLiteral("connect-%1").arg(Gui::nameOf(*theme)));
    }
}

QTEST_MAIN(TestConnectDialog)
#include "tst_connectdialog.moc"
