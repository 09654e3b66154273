// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/CommandLine.h"
#include "monitor-app/sources/DemoSource.h"
#include "monitor-app/views/MainWindow.h"
#include "monitor-app/views/TerminalView.h"
#include "monitor-app/views/Theme.h"

#include <QtCore/QTimer>
#include <QtWidgets/QApplication>

#include <cstdio>

using namespace Turnstile::Monitor;

namespace {
void printLine(std::FILE *file, const QString &text)
{
    std::fprintf(file, "%s\n", qUtf8Printable(text));
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
        std::fputs(qUtf8Printable(CommandLine::helpText()), stdout);
        return 0;
    }
    printLine(stderr, line.error);
    return 2;
}

int runInTerminal(int &argc, char **argv, const CommandLine &line)
{
    QCoreApplication app(argc, argv);
    TerminalView view(stdout);
    if (const QString problem = view.watch(new DemoSource); !problem.isEmpty()) {
        printLine(stderr, problem);
        return 1;
    }
    if (line.after)
        QTimer::singleShot(*line.after, Qt::PreciseTimer, &app, &QCoreApplication::quit);
    return app.exec();
}

int runInWindow(int &argc, char **argv, const CommandLine &line)
{
    if (!hasDisplay()) {
        if (line.screenshot.isEmpty()) {
            printLine(stderr,
                QStringLiteral("There is no display. Try --text for a table in the terminal."));
            return 1;
        }
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    QApplication app(argc, argv);
    MainWindow window;
    if (line.theme != CommandLine::Theme::System)
        window.setTheme(line.theme == CommandLine::Theme::Dark ? Theme::dark() : Theme::light());
    QObject::connect(
        &window, &MainWindow::demoRequested, &window, [&window] { window.watch(new DemoSource); });
    if (line.demo) {
        if (const QString problem = window.watch(new DemoSource); !problem.isEmpty()) {
            printLine(stderr, problem);
            return 1;
        }
    }
    window.show();
    if (!line.screenshot.isEmpty()) {
        const auto after = line.after.value_or(std::chrono::seconds(5));
        QTimer::singleShot(after, Qt::PreciseTimer, &window, [&window, file = line.screenshot] {
            const bool saved = window.grab().save(file);
            if (!saved)
                printLine(stderr, QStringLiteral("Cannot write the picture to %1.").arg(file));
            QCoreApplication::exit(saved ? 0 : 1);
        });
    }
    return app.exec();
}
} // namespace

int main(int argc, char **argv)
{
    QCoreApplication::setApplicationName(QStringLiteral("turnstile-monitor"));
    QCoreApplication::setApplicationVersion(QStringLiteral(TURNSTILE_VERSION));
    QCoreApplication::setOrganizationName(QStringLiteral("turnstile"));
    QStringList arguments;
    for (int i = 0; i < argc; ++i)
        arguments += QString::fromLocal8Bit(argv[i]);
    const CommandLine line = CommandLine::parse(arguments);
    if (line.text && line.error.isEmpty())
        return runInTerminal(argc, argv, line);
    return line.needsWindow() ? runInWindow(argc, argv, line) : explain(argc, argv, line);
}
