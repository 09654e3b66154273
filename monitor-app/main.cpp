// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/CommandLine.h"
#include "monitor-app/CommandOptions.h"
#include "monitor-app/models/RunStats.h"
#include "monitor-app/sources/DemoSource.h"
#include "monitor-app/sources/LiveSource.h"
#include "monitor-app/sources/ReplaySource.h"
#include "monitor-app/sources/Session.h"
#include "monitor-app/views/MainWindow.h"
#include "monitor-app/views/PlainView.h"
#include "monitor-app/views/ProgramSignals.h"
#include "monitor-app/views/TerminalText.h"
#include "monitor-app/views/TerminalView.h"
#include "monitor-app/views/Theme.h"

#include <QtCore/QTimer>
#include <QtWidgets/QApplication>

#include <csignal>
#include <cstdio>

using namespace Turnstile::Monitor;

namespace {
void printLine(std::FILE *file, const QString &text)
{
    std::fprintf(file, "%s\n", qUtf8Printable(text));
}

int fail(const QString &problem)
{
    printLine(stderr, problem);
    return 1;
}

bool hasDisplay()
{
#if defined(Q_OS_UNIX) && !defined(Q_OS_DARWIN)
    return qEnvironmentVariableIsSet("DISPLAY") || qEnvironmentVariableIsSet("WAYLAND_DISPLAY")
        || qEnvironmentVariableIsSet("QT_QPA_PLATFORM");
#else
    return true;
#endif
}

int explain(int &argc, char **argv, const CommandLine &line)
{
    QCoreApplication app(argc, argv);
    if (line.version) {
        printLine(stdout, app.applicationName() + u' ' + app.applicationVersion());
        return 0;
    }
    if (line.help) {
        std::fputs(qUtf8Printable(commandHelp()), stdout);
        return 0;
    }
    printLine(stderr, line.error);
    return 2;
}

std::unique_ptr<MonitorSource> makeSource(const CommandLine &line)
{
    if (line.connect.isValid())
        return std::make_unique<LiveSource>(line.connect, line.token);
    if (!line.open.isEmpty())
        return std::make_unique<ReplaySource>(line.open);
    if (line.demo)
        return std::make_unique<DemoSource>(line.demoScenario);
    return nullptr;
}

QString record(Session *session, const CommandLine &line)
{
    return line.record.isEmpty() ? QString() : session->recorder()->start(line.record);
}

template <typename View> int show(View &view)
{
    QObject::connect(&view, &View::ended, QCoreApplication::instance(), &QCoreApplication::exit);
    view.start();
    return QCoreApplication::exec();
}

int showInTerminal(Session *session, const CommandLine &line)
{
    if (TerminalView::isPossible()) {
        TerminalView view(session, {line.filter, line.order});
        return show(view);
    }
    const ProgramSignals ending(ProgramSignals::Wanted::End);
    QObject::connect(
        &ending, &ProgramSignals::ended, QCoreApplication::instance(), &QCoreApplication::exit);
    PlainView view(session, stdout, {line.filter, line.order});
    return show(view);
}

int runInTerminal(int &argc, char **argv, const CommandLine &line)
{
    const QCoreApplication app(argc, argv);
    Session session;
    RunStats stats(session.store());
    QObject::connect(&session, &Session::updated, &stats, &RunStats::count);
    QString lastWord; // for when the terminal is back
    QObject::connect(&session, &Session::recordingFailed, &app,
        [&lastWord](const QString &problem) { lastWord = problem; });
    if (const QString problem = session.watch(makeSource(line)); !problem.isEmpty())
        return fail(problem);
    if (const QString problem = record(&session, line); !problem.isEmpty())
        return fail(problem);
    if (line.after)
        QTimer::singleShot(*line.after, Qt::PreciseTimer, &app, &QCoreApplication::quit);
    int code = showInTerminal(&session, line);
    if (session.source()->state() == MonitorSource::State::Failed)
        lastWord = TerminalText::printable(session.source()->stateText()); // a bot may have said it
    if (const QString problem = session.recorder()->stop(); !problem.isEmpty())
        lastWord = problem;
    if (!lastWord.isEmpty())
        code = fail(lastWord);
    if (line.stats)
        std::fputs(qUtf8Printable(stats.text()), stderr);
    return code;
}

// As if it had been chosen in the window, which can then try again and remembers it.
QString watch(MainWindow *window, const CommandLine &line)
{
    if (line.connect.isValid())
        return window->watchBot(line.connect, line.token);
    if (!line.open.isEmpty())
        return window->openRecording(line.open);
    return line.demo ? window->watch(makeSource(line)) : QString();
}

int runInWindow(int &argc, char **argv, const CommandLine &line)
{
    if (!hasDisplay()) {
        if (line.screenshot.isEmpty())
            return fail(
                QStringLiteral("There is no display. Try --text for a table in the terminal."));
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    const QApplication app(argc, argv);
    const ProgramSignals ending(ProgramSignals::Wanted::End);
    MainWindow window;
    QObject::connect(&ending, &ProgramSignals::ended, &window, [&window](int code) {
        window.close(); // which remembers how it was
        QCoreApplication::exit(code);
    });
    RunStats stats(window.store());
    QObject::connect(window.session(), &Session::updated, &stats, &RunStats::count);
    if (line.theme != CommandLine::Theme::System)
        window.setTheme(line.theme == CommandLine::Theme::Dark ? Theme::dark() : Theme::light());
    if (!line.filter.isEmpty())
        window.setFilterText(line.filter.text());
    if (const QString problem = watch(&window, line); !problem.isEmpty())
        return fail(problem);
    if (const QString problem = record(window.session(), line); !problem.isEmpty())
        return fail(problem);
    window.show();
    const bool pictured = !line.screenshot.isEmpty();
    if (pictured || line.after) {
        const auto after = line.after.value_or(std::chrono::seconds(5));
        QTimer::singleShot(after, Qt::PreciseTimer, &window, [&window, pictured, &line] {
            const bool saved = !pictured || window.grab().save(line.screenshot);
            QCoreApplication::exit(saved
                    ? 0
                    : fail(QStringLiteral("Cannot write the picture to %1.").arg(line.screenshot)));
        });
    }
    int code = QCoreApplication::exec();
    if (const QString problem = window.stopRecording(); !problem.isEmpty())
        code = fail(problem);
    if (line.stats)
        std::fputs(qUtf8Printable(stats.text()), stderr);
    return code;
}
} // namespace

int main(int argc, char **argv)
{
    QCoreApplication::setApplicationName(QStringLiteral("turnstile-monitor"));
    QCoreApplication::setApplicationVersion(QStringLiteral(TURNSTILE_VERSION));
    QCoreApplication::setOrganizationName(QStringLiteral("turnstile"));
#ifdef SIGPIPE
    std::signal(SIGPIPE, SIG_IGN); // who reads no more is noticed in writing
#endif
    QStringList arguments;
    for (int i = 0; i < argc; ++i)
        arguments += QString::fromLocal8Bit(argv[i]);
    const CommandLine line = CommandLine::parse(arguments);
    if (!line.warning.isEmpty() && line.error.isEmpty())
        printLine(stderr, line.warning);
    if (line.text && line.error.isEmpty())
        return runInTerminal(argc, argv, line);
    return line.needsWindow() ? runInWindow(argc, argv, line) : explain(argc, argv, line);
}
