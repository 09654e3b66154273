// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/ExportMenu.h"
#include "monitor-app/views/Theme.h"

#include <QtCore/QSettings>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>
#include <QtWidgets/QFileDialog>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using Kind = ExportMenu::Kind;

/// Each item asks for a file and writes it.
class TestExportMenu : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();

    void writesWhatIsChosen_data();
    void writesWhatIsChosen();
    void saysWhatFails();
    void offersOnlyWhatThereIs();
    void showsItself_data();
    void showsItself();

private:
    ExportMenu::Content content()
    {
        ExportMenu::Content made;
        made.rows = [this] {
            std::vector<const BucketRow *> rows;
            rows.reserve(size_t(m_store->bucketCount()));
            for (int row = 0; row < m_store->bucketCount(); ++row)
                rows.push_back(&m_store->bucketAt(row));
            return rows;
        };
        made.moment = [this] { return Export::momentOf(m_store->now()); };
        made.tickets = &m_store->tickets();
        made.window = m_window.get();
        made.timeline = m_window.get();
        return made;
    }

    QTemporaryDir m_settings;
    std::unique_ptr<Store> m_store;
    std::unique_ptr<QWidget> m_window;
};

void TestExportMenu::initTestCase()
{
    QVERIFY(m_settings.isValid());
    QCoreApplication::setOrganizationName(QStringLiteral("turnstile-test"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_settings.path());
    QCoreApplication::setAttribute(Qt::AA_DontUseNativeDialogs);
}

void TestExportMenu::init()
{
    m_store = std::make_unique<Store>();
    m_store->apply(Fake::sampleTraffic(std::chrono::steady_clock::now()));
    m_store->makeFrame();
    m_window = std::make_unique<QWidget>();
    m_window->resize(300, 200);
    m_window->show();
}

void TestExportMenu::writesWhatIsChosen_data()
{
    QTest::addColumn<QString>("item");
    QTest::addColumn<QString>("written");
    QTest::addColumn<QByteArray>("begins");
    const auto row = [](const char *item, const char *written, const QByteArray &begins) {
        QTest::newRow(item) << QString::fromUtf8(item) << QString::fromUtf8(written) << begins;
    };
    row("Buckets as CSV…", "buckets.csv", "bucket,state,");
    row("Buckets as JSON…", "buckets.json", "[\n{\"bucket\": 1, ");
    row("Tickets as CSV…", "tickets.csv", "ticket,bucket,");
    row("Tickets as JSON…", "tickets.json", "[");
    row("Window as PNG…", "monitor.png", "\x89PNG");
    row("Timeline as PNG…", "timeline.png", "\x89PNG");
}

void TestExportMenu::writesWhatIsChosen()
{
    QFETCH(QString, item);
    QFETCH(QString, written);
    QFETCH(QByteArray, begins);
    const QTemporaryDir folder;
    QSettings().setValue(QStringLiteral("export/folder"), folder.path());
    ExportMenu menu(content(), m_window.get());
    QSignalSpy exported(&menu, &ExportMenu::exported);
    for (QAction *action : menu.actions()) {
        if (action->text() == item)
            action->trigger();
    }
    const QPointer<QFileDialog> dialog = m_window->findChild<QFileDialog *>();
    QVERIFY(dialog);
    QCOMPARE(dialog->directory().path(), folder.path());
    QCOMPARE(dialog->selectedFiles(), QStringList(folder.filePath(written)));
    QVERIFY(QDir(folder.path()).mkdir(QStringLiteral("other")));
    const QString path = folder.filePath(QStringLiteral("other/name"));
    dialog->selectFile(path);
    static_cast<QDialog *>(dialog)->accept();
    const QString suffix = QFileInfo(written).suffix();
    QCOMPARE(exported.value(0), QVariantList({path + u'.' + suffix}));
    QFile file(path + u'.' + suffix);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(file.readAll().startsWith(begins));
    QCOMPARE(QSettings().value(QStringLiteral("export/folder")).toString(),
        folder.filePath(QStringLiteral("other")));
    QTRY_VERIFY(!dialog);
}

void TestExportMenu::saysWhatFails()
{
    const QTemporaryDir folder;
    ExportMenu menu(content(), m_window.get());
    const QString path = folder.filePath(QStringLiteral("no/buckets.csv"));
    QVERIFY(menu.exportTo(Kind::BucketsCsv, path).startsWith(QStringLiteral("Cannot write ")));
    QVERIFY(menu.exportTo(Kind::WindowPng, path).startsWith(QStringLiteral("Cannot write ")));

    QSignalSpy failed(&menu, &ExportMenu::failed);
    menu.actions().constFirst()->trigger();
    auto *dialog = m_window->findChild<QFileDialog *>();
    Q_EMIT dialog->fileSelected(path); // the folder has gone meanwhile
    QCOMPARE(failed.count(), 1);
}

void TestExportMenu::offersOnlyWhatThereIs()
{
    ExportMenu::Content some = content();
    some.timeline = nullptr;
    m_store->clear();
    ExportMenu menu(some, m_window.get());
    Q_EMIT menu.aboutToShow();
    QStringList enabled;
    for (const QAction *action : menu.actions()) {
        if (action->isEnabled() && !action->isSeparator())
            enabled += action->text();
    }
    QCOMPARE(enabled, QStringList(QStringLiteral("Window as PNG…")));
    QCOMPARE(menu.actions().constFirst()->toolTip(), QStringLiteral("No buckets are shown."));
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("t.png"));
    QCOMPARE(menu.exportTo(Kind::TimelinePng, path), QStringLiteral("It is not shown."));
    QVERIFY(!QFile::exists(path));
}

void TestExportMenu::showsItself_data()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("dark") << true;
    QTest::newRow("light") << false;
}

void TestExportMenu::showsItself()
{
    QFETCH(bool, dark);
    const Theme &theme = dark ? Theme::dark() : Theme::light();
    ExportMenu menu(content());
    menu.setTheme(theme);
    menu.popup({});
    const QImage image = menu.grab().toImage();
    QCOMPARE(image.pixelColor(image.width() - 6, 6).lightness() < 128, dark);
    if (const QString to = qEnvironmentVariable("TURNSTILE_TEST_SCREENSHOT"); !to.isEmpty())
        QVERIFY(image.save(to + QLatin1String(QTest::currentDataTag()) + u".png"_qs));
}

QTEST_MAIN(TestExportMenu)
#include "tst_exportmenu.moc"
