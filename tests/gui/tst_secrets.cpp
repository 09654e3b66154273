// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/Export.h"
#include "monitor-app/sources/LiveSource.h"
#include "monitor-app/views/MainWindow.h"
#include "ratelimit/InMemoryRatelimiter.h"
#include "ratelimit/monitoring/MonitorPublisher.h"
#include "tests/common/Headers.h"
#include "tests/common/MonitorPeer.h"

#include <QtCore/QBuffer>
#include <QtCore/QTemporaryDir>
#include <QtGui/QAccessible>
#include <QtTest/QtTest>
#include <QtWidgets/QLabel>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

namespace {
const QByteArray webhookToken = "3d89bb7572e0fb30d8128367b3b1b44fecd1726de135cbe28a41f8b2f777c372ba"
                                "2939e72279b94526ff5d1bd4358d65cf11";
const QByteArray interactionToken =
    "aW50ZXJhY3Rpb246ODQ2NTMxMjM0NTY3ODkwMTIzOnRoaXNJc1ZlcnlTZWNyZXQ5OTg4Nzc2NjU1NDQzMzIyMTEw";
QByteArray logged;

void keepLog(QtMsgType, const QMessageLogContext &, const QString &text)
{
    logged += text.toUtf8() + '\n';
}

void readTree(QAccessibleInterface *element, QString *text)
{
    if (!element)
        return;
    for (const auto kind :
        {QAccessible::Name, QAccessible::Description, QAccessible::Value, QAccessible::Help})
        *text += element->text(kind) + QLatin1Char('\n');
    for (int child = 0; child < element->childCount(); ++child)
        readTree(element->child(child), text);
}
} // namespace

/// Tokens of webhooks and interactions stand in paths. Whatever leaves the process, by whichever
/// way, is searched for them.
class TestSecrets : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { qInstallMessageHandler(nullptr); }

    void searchFindsThemWhereTheyAre();
    void socketBytes();
    void recordingExportsAndWindow();

private:
    static void ask(InMemoryRatelimiter *limiter, QObject *owner);
    static bool isClean(const QByteArray &bytes);
    QTemporaryDir m_folder;
};

void TestSecrets::initTestCase()
{
    QVERIFY(m_folder.isValid());
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder.path());
    QLoggingCategory::setFilterRules(QStringLiteral("turnstile.*=true"));
    qInstallMessageHandler(keepLog);
}

// A granted and a waiting ticket of each, and a 429 that names the route.
void TestSecrets::ask(InMemoryRatelimiter *limiter, QObject *owner)
{
    const QByteArray paths[] = {"/webhooks/223704706495545344/" + webhookToken,
        "/interactions/846531234567890123/" + interactionToken + "/callback",
        "/webhooks/846531234567890123/" + interactionToken + "/messages/@original"};
    for (const QByteArray &path : paths) {
        for (int count = 0; count < 4; ++count) {
            TicketReceiver *ticket = limiter->ticket({Method::Post, path});
            ticket->setParent(owner);
            connect(ticket, &TicketReceiver::available, owner,
                [](const TicketSender &sender) { sender.retry(tooMany(60s)); });
        }
    }
}

bool TestSecrets::isClean(const QByteArray &bytes)
{
    // A part of them would be enough to tell.
    return !bytes.contains(webhookToken.mid(20, 24))
        && !bytes.contains(interactionToken.mid(20, 24));
}

void TestSecrets::searchFindsThemWhereTheyAre()
{
    QVERIFY(!isClean("POST /webhooks/1/" + webhookToken));
    QVERIFY(!isClean("POST /interactions/1/" + interactionToken + "/callback"));
    QVERIFY(isClean("POST /webhooks/1/\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2"));
}

void TestSecrets::socketBytes()
{
    InMemoryRatelimiter limiter;
    QObject owner;
    MonitorPublisher publisher(&limiter);
    QVERIFY2(publisher.listen(m_folder.filePath(QStringLiteral("raw.sock"))),
        qPrintable(publisher.errorString()));
    ask(&limiter, &owner);
    MonitorPeer peer(publisher.path());
    peer.subscribe();
    bool hasWebhook = false;
    bool hasInteraction = false;
    while (!hasWebhook || !hasInteraction) {
        const auto update = peer.next<MonitorUpdate>();
        QVERIFY(update);
        for (const Bucket &bucket : update->buckets) {
            hasWebhook |= bucket.name.contains(QStringLiteral("/webhooks/223704706495545344/••••"));
            hasInteraction |= bucket.name.contains(QStringLiteral("/interactions/"));
        }
    }
    QVERIFY(peer.bytes.size() > 500);
    QVERIFY(isClean(peer.bytes));
    QVERIFY(isClean(logged));
}

void TestSecrets::recordingExportsAndWindow()
{
    InMemoryRatelimiter limiter;
    QObject owner;
    MonitorPublisher publisher(&limiter);
    QVERIFY2(publisher.listen(m_folder.filePath(QStringLiteral("seen.sock"))),
        qPrintable(publisher.errorString()));
    const QString recording = m_folder.filePath(QStringLiteral("seen.tsrec"));

    MainWindow window;
    window.show();
    QCOMPARE(window.watchBot(MonitorAddress::local(publisher.path())), QString());
    QTRY_COMPARE(window.session()->source()->state(), MonitorSource::State::Live);
    QCOMPARE(window.startRecording(recording), QString());
    ask(&limiter, &owner);
    QTRY_VERIFY(window.store()->bucketCount() >= 3);
    QTRY_VERIFY(window.store()->events()->count() >= 2); // attached, and a 429
    window.stopRecording();

    std::vector<const BucketRow *> rows;
    for (int row = 0; row < window.store()->bucketCount(); ++row)
        rows.push_back(&window.store()->bucketAt(row));
    QBuffer exported;
    QVERIFY(exported.open(QIODevice::ReadWrite));
    const Export::Moment moment = Export::momentOf(window.store()->now());
    for (const auto form : {TableWriter::Form::Csv, TableWriter::Form::Json}) {
        QVERIFY(Export::buckets(&exported, form, rows, moment.now));
        QVERIFY(Export::tickets(&exported, form, rows, window.store()->tickets(), moment));
    }
    QVERIFY(exported.data().contains("/webhooks/223704706495545344/"));
    QVERIFY(isClean(exported.data()));

    QByteArray events;
    for (int index = 0; index < window.store()->events()->count(); ++index) {
        const LoggedEvent &event = window.store()->events()->at(index);
        events += (event.name + event.text).toUtf8();
    }
    QVERIFY(isClean(events));

    QString tree;
    readTree(QAccessible::queryAccessibleInterface(&window), &tree);
    QVERIFY2(tree.contains(QStringLiteral("/webhooks/223704706495545344/••••")), qPrintable(tree));
    QVERIFY(isClean(tree.toUtf8()));

    // What the file holds, unpacked: a replay shows the same buckets.
    QFile file(recording);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(isClean(file.readAll()));
    file.close();
    QCOMPARE(window.openRecording(recording), QString());
    QTRY_VERIFY(window.store()->bucketCount() >= 3);
    for (int row = 0; row < window.store()->bucketCount(); ++row)
        QVERIFY(isClean(window.store()->bucketAt(row).bucket.name.toUtf8()));
    QVERIFY(isClean(logged));
}

QTEST_MAIN(TestSecrets)
#include "tst_secrets.moc"
