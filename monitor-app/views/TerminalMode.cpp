// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TerminalMode.h"

#include <QtCore/QMutex>
#include <QtCore/QStringList>

#include <array>
#include <atomic>
#include <cstdio>

#ifdef Q_OS_UNIX
#include <csignal>
#include <termios.h>
#include <unistd.h>
#endif

namespace Turnstile::Monitor {

#ifdef Q_OS_UNIX
namespace {
constexpr char begin[] = "\x1b[?1049h\x1b[?25l\x1b[?7l";
constexpr char end[] = "\x1b[m\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr std::array crashes{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
constexpr int mostMessages = 50;

// For signal handlers, so there can be one only.
struct Saved {
    std::atomic<bool> active = false;
    bool hasModes = false;
    int input = -1;
    int output = -1;
    termios modes{};
    std::array<struct sigaction, crashes.size()> actions{};
};
Saved saved;

struct Messages {
    QMutex mutex;
    QStringList held;
    QtMessageHandler before = nullptr;
};
Messages &messages()
{
    static Messages messages;
    return messages;
}

void hold(QtMsgType type, const QMessageLogContext &context, const QString &text)
{
    Messages &all = messages();
    if (type == QtFatalMsg) {
        TerminalMode::restore();
        all.before(type, context, text);
        return;
    }
    const QMutexLocker lock(&all.mutex);
    if (all.held.size() < mostMessages)
        all.held += qFormatLogMessage(type, context, text);
}

void writeAll(int file, const char *bytes, size_t size)
{
    while (size > 0) {
        const ssize_t written = write(file, bytes, size);
        if (written <= 0)
            return;
        bytes += written;
        size -= size_t(written);
    }
}

// Returning runs into the same again, and into whoever was there before.
void crash(int signal, siginfo_t *info, void *)
{
    TerminalMode::restore();
    for (size_t i = 0; i < crashes.size(); ++i) {
        if (crashes[i] == signal)
            sigaction(signal, &saved.actions[i], nullptr);
    }
    if (info->si_code <= 0) // somebody sent it
        raise(signal);
}

void catchCrashes()
{
    struct sigaction action { };
    action.sa_sigaction = crash;
    action.sa_flags = SA_SIGINFO;
    for (size_t i = 0; i < crashes.size(); ++i)
        sigaction(crashes[i], &action, &saved.actions[i]);
}
} // namespace

TerminalMode::TerminalMode(int input, int output)
    : m_input(input)
    , m_output(output)
{
}

TerminalMode::~TerminalMode()
{
    leave();
}

void TerminalMode::enter()
{
    if (m_entered)
        return;
    m_entered = true;
    saved.input = m_input;
    saved.output = m_output;
    saved.hasModes = tcgetattr(m_input, &saved.modes) == 0;
    if (saved.hasModes) {
        termios raw = saved.modes;
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO | IEXTEN); // signals stay
        raw.c_iflag &= ~tcflag_t(IXON | ICRNL | INLCR);
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
        tcsetattr(m_input, TCSAFLUSH, &raw);
    }
    saved.active = true;
    catchCrashes();
    messages().before = qInstallMessageHandler(hold);
    writeAll(m_output, begin, sizeof(begin) - 1);
}

void TerminalMode::leave()
{
    if (!m_entered)
        return;
    m_entered = false;
    restore();
    for (size_t i = 0; i < crashes.size(); ++i)
        sigaction(crashes[i], &saved.actions[i], nullptr);
    qInstallMessageHandler(messages().before);
    for (const QString &text : std::exchange(messages().held, {}))
        std::fprintf(stderr, "%s\n", qUtf8Printable(text));
}

void TerminalMode::restore() noexcept
{
    if (!saved.active.exchange(false))
        return;
    writeAll(saved.output, end, sizeof(end) - 1);
    if (saved.hasModes)
        tcsetattr(saved.input, TCSAFLUSH, &saved.modes);
}
#else
TerminalMode::TerminalMode(int input, int output)
    : m_input(input)
    , m_output(output)
{
}
TerminalMode::~TerminalMode() = default;
void TerminalMode::enter() { }
void TerminalMode::leave() { }
void TerminalMode::restore() noexcept { }
#endif

} // namespace Turnstile::Monitor
