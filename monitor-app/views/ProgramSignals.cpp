// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/ProgramSignals.h"

#include "monitor-app/views/TerminalMode.h"

#include <QtCore/QSocketNotifier>

#include <array>
#include <atomic>
#include <vector>

#ifdef Q_OS_UNIX
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>
#endif

namespace Turnstile::Monitor {

#ifdef Q_OS_UNIX
namespace {
std::array<int, 2> channel{-1, -1};
std::atomic<bool> hasEnded = false;

bool isEnd(int signal)
{
    return signal == SIGINT || signal == SIGTERM || signal == SIGHUP;
}

void tell(int signal)
{
    const int error = errno;
    if (isEnd(signal) && hasEnded.exchange(true)) {
        TerminalMode::restore();
        _exit(128 + signal);
    }
    const char byte = char(signal);
    [[maybe_unused]] const ssize_t written = write(channel[1], &byte, 1);
    errno = error;
}

// What somebody has told the system to ignore, as nohup does, stays ignored.
void setHandler(int signal, void (*handler)(int))
{
    struct sigaction action { };
    if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN)
        return;
    action = {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigaction(signal, &action, nullptr);
}

std::vector<int> signalsOf(ProgramSignals::Wanted wanted)
{
    if (wanted == ProgramSignals::Wanted::End)
        return {SIGINT, SIGTERM, SIGHUP};
    return {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT};
}
} // namespace

ProgramSignals::ProgramSignals(Wanted wanted, QObject *parent)
    : QObject(parent)
{
    if (pipe(channel.data()) != 0)
        return;
    for (int end : channel) {
        fcntl(end, F_SETFL, O_NONBLOCK);
        fcntl(end, F_SETFD, FD_CLOEXEC);
    }
    m_notifier = std::make_unique<QSocketNotifier>(channel[0], QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &ProgramSignals::read);
    for (int signal : signalsOf(wanted))
        setHandler(signal, tell);
}

ProgramSignals::~ProgramSignals()
{
    for (int signal : signalsOf(Wanted::Terminal))
        setHandler(signal, SIG_DFL);
    m_notifier.reset();
    for (int &end : channel)
        close(std::exchange(end, -1));
}

void ProgramSignals::stop()
{
    raise(SIGSTOP);
}

void ProgramSignals::read()
{
    std::array<char, 64> bytes{};
    const ssize_t count = ::read(channel[0], bytes.data(), bytes.size());
    for (ssize_t i = 0; i < count; ++i) {
        const int signal = bytes[size_t(i)];
        if (isEnd(signal))
            Q_EMIT ended(128 + signal);
        else if (signal == SIGWINCH)
            Q_EMIT resized();
        else if (signal == SIGTSTP)
            Q_EMIT stopRequested();
        else if (signal == SIGCONT)
            Q_EMIT continued();
    }
}
#else
ProgramSignals::ProgramSignals(Wanted, QObject *parent)
    : QObject(parent)
{
}
ProgramSignals::~ProgramSignals() = default;
void ProgramSignals::stop() { }
void ProgramSignals::read() { }
#endif

} // namespace Turnstile::Monitor
