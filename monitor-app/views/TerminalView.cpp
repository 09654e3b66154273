// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TerminalView.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/sources/MonitorSource.h"
#include "monitor-app/views/TextReport.h"

#include <QtCore/QCoreApplication>

#ifdef Q_OS_UNIX
#include <sys/ioctl.h>
#include <unistd.h>
#endif

namespace Turnstile::Monitor {

using namespace std::chrono_literals;

namespace {
struct TerminalSize {
    int columns = 100;
    int rows = 0; // 0: as many as there are
};

TerminalSize sizeOf([[maybe_unused]] std::FILE *output)
{
#ifdef Q_OS_UNIX
    winsize size{};
    if (ioctl(fileno(output), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return {size.ws_col, size.ws_row};
#endif
    return {};
}

bool isTerminal([[maybe_unused]] std::FILE *output)
{
#ifdef Q_OS_UNIX
    return isatty(fileno(output)) != 0;
#else
    return false;
#endif
}
} // namespace

TerminalView::TerminalView(std::FILE *output, QObject *parent)
    : QObject(parent)
    , m_output(output)
    , m_isTerminal(isTerminal(output))
    , m_startedAt(std::chrono::steady_clock::now())
{
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &TerminalView::print);
}

TerminalView::~TerminalView()
{
    // What has happened since is shown too, unless that was just now.
    if (m_timer.isActive()
        && (!m_hasPrinted || m_timer.remainingTimeAsDuration() < m_timer.intervalAsDuration() / 2))
        print();
}

QString TerminalView::watch(MonitorSource *source)
{
    source->setParent(this);
    m_title = source->name();
    connect(source, &MonitorSource::updated, &m_store, &Store::apply);
    const QString problem = source->start();
    if (problem.isEmpty())
        m_timer.start(m_isTerminal ? 250ms : 1s);
    return problem;
}

void TerminalView::print()
{
    m_hasPrinted = true;
    m_store.makeFrame();
    const TerminalSize size = sizeOf(m_output);
    const auto running = std::chrono::round<std::chrono::seconds>(m_store.now() - m_startedAt);
    QStringList lines{tr("%1, after %2 s").arg(m_title).arg(running.count())};
    if (m_isTerminal)
        lines += figuresLines(m_store, size.columns);
    else
        lines += figuresLine(m_store);
    lines += m_isTerminal ? bucketTable(m_store, size.columns) : bucketTable(m_store);

    QString text;
    if (m_isTerminal) {
        if (size.rows > 0 && lines.size() > size.rows - 1)
            lines = lines.first(size.rows - 1);
        for (QString &line : lines)
            line.truncate(size.columns);
        // Home, each line cleared to its end, and all below the last one.
        text = QStringLiteral("\x1b[H") + lines.join(QStringLiteral("\x1b[K\n"))
            + QStringLiteral("\x1b[K\n\x1b[J");
    } else {
        text = lines.join(QLatin1Char('\n')) + QStringLiteral("\n\n");
    }
    const QByteArray bytes = text.toUtf8();
    if (std::fwrite(bytes.constData(), 1, size_t(bytes.size()), m_output) != size_t(bytes.size())
        || std::fflush(m_output) != 0)
        QCoreApplication::exit(1); // whoever read has gone
}

} // namespace Turnstile::Monitor
