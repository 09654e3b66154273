// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TerminalInput.h"

#include <array>

#ifdef Q_OS_UNIX
#include <cerrno>
#include <unistd.h>
#endif

namespace Turnstile::Monitor {

using namespace std::chrono_literals;

#ifdef Q_OS_UNIX
TerminalInput::TerminalInput(int file, QObject *parent)
    : QObject(parent)
    , m_file(file)
    , m_notifier(QSocketNotifier::Read)
{
    m_escape.setSingleShot(true);
    m_escape.setInterval(50ms); // sequences come in one piece, also over SSH mostly
    connect(&m_escape, &QTimer::timeout, this, [this] {
        if (const auto keys = m_keys.flush(); !keys.empty())
            Q_EMIT pressed(keys);
    });
    connect(&m_notifier, &QSocketNotifier::activated, this, &TerminalInput::read);
    if (isatty(file) != 0) {
        m_notifier.setSocket(file);
        m_notifier.setEnabled(true);
    }
}

void TerminalInput::read()
{
    std::array<char, 256> bytes{};
    const ssize_t count = ::read(m_file, bytes.data(), bytes.size());
    if (count <= 0) {
        if (count == 0 || (errno != EINTR && errno != EAGAIN))
            m_notifier.setEnabled(false);
        return;
    }
    const auto keys = m_keys.feed(QByteArray(bytes.data(), count));
    if (m_keys.isWaiting())
        m_escape.start();
    else
        m_escape.stop();
    if (!keys.empty())
        Q_EMIT pressed(keys);
}
#else
TerminalInput::TerminalInput(int file, QObject *parent)
    : QObject(parent)
    , m_file(file)
    , m_notifier(QSocketNotifier::Read)
{
}
void TerminalInput::read() { }
#endif

TerminalInput::~TerminalInput() = default;

} // namespace Turnstile::Monitor
