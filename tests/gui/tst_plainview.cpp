// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/sources/Session.h"
#include "monitor-app/views/PlainView.h"

#include <QtCore/QTemporaryFile>
#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

namespace {
/// A source whose state the test says.
class StatefulSource : public Fake::Source {
public:
    State state() const override { return m_state; }
    QString stateText() const override { return QStringLiteral("The bot\x1b[2J hung up."); }
    void become(State state)
    {
        m_state = state;
        Q_EMIT stateChanged();
    }

private:
    State m_state = State::Live;
};
} // namespace

/// The same figures for files and pipes.
class TestPlainView : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void printsPlainLines();
    void printsTheLastBlockOnce();
    void saysThatThePictureIsOld();
    void saysThatThereIsNoPicture();
    void endsWhenTheSourceFails();
    void saysThatItCannotWrite();

private:
    QString text() { return QString::fromUtf8(file->readAll()); }

    std::unique_ptr<QTemporaryFile> file;
    std::FILE *output = nullptr;
    std::unique_ptr<Session> session;
    StatefulSource *source = nullptr;
};

void TestPlainView::init()
{
    file = std::make_unique<QTemporaryFile>();
    QVERIFY(file->open());
    output = std::fopen(qPrintable(file->fileName()), "w");
    QVERIFY(output);
    session = std::make_unique<Session>();
    auto made = std::make_unique<StatefulSource>();
    source = made.get();
    QCOMPARE(session->watch(std::move(made)), QString());
}

void TestPlainView::cleanup()
{
    session.reset();
    std::fclose(output);
}

void TestPlainView::printsPlainLines()
{
    {
        PlainView view(session.get(), output, {Filter::parse(QStringLiteral("state:exhausted"))});
        view.start();
    }
    const QString printed = text();
    QVERIFY(printed.startsWith(QStringLiteral("music-bot · pid 4121, after 0 s\ngranted ")));
    QCOMPARE(printed.count(QStringLiteral("\nexhausted ")), 2);
    QVERIFY(!printed.contains(QStringLiteral("\nopen ")));
    QVERIFY(!printed.contains(QChar(0x1b)));
}

void TestPlainView::printsTheLastBlockOnce()
{
    {
        PlainView view(session.get(), output);
        view.start();
        QTRY_VERIFY(QFileInfo(file->fileName()).size() > 0); // the timer's
    }
    QCOMPARE(text().count(QStringLiteral("music-bot")), 1);
}

void TestPlainView::saysThatThePictureIsOld()
{
    {
        PlainView view(session.get(), output);
        view.start();
        source->become(MonitorSource::State::Lost);
    }
    const QString printed = text();
    QVERIFY2(printed.startsWith(QStringLiteral("music-bot · pid 4121, after 0 s: ")),
        qPrintable(printed));
    QVERIFY(printed.section(u'\n', 0, 0).endsWith(QStringLiteral(" old. The bot�[2J hung up.")));
    QVERIFY(printed.contains(QStringLiteral("\nexhausted "))); // the last picture stays
}

void TestPlainView::saysThatThereIsNoPicture()
{
    source->become(MonitorSource::State::Connecting);
    {
        PlainView view(session.get(), output);
        view.start();
        source->become(MonitorSource::State::Lost);
    }
    QCOMPARE(text(), QStringLiteral("music-bot · pid 4121, after 0 s: The bot�[2J hung up.\n\n"));
}

void TestPlainView::endsWhenTheSourceFails()
{
    PlainView view(session.get(), output);
    QSignalSpy ended(&view, &PlainView::ended);
    view.start();
    QCOMPARE(ended.count(), 0);
    source->become(MonitorSource::State::Failed);
    QCOMPARE(ended.count(), 1);
    QCOMPARE(ended[0][0].toInt(), 1);
}

void TestPlainView::saysThatItCannotWrite()
{
    std::FILE *full = std::fopen("/dev/full", "w");
    if (!full)
        QSKIP("There is no /dev/full.");
    {
        PlainView view(session.get(), full);
        QSignalSpy ended(&view, &PlainView::ended);
        view.start();
        QVERIFY(ended.wait());
        QCOMPARE(ended[0][0].toInt(), 1);
    }
    std::fclose(full);
}

QTEST_GUILESS_MAIN(TestPlainView)
#include "tst_plainview.moc"
