// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "FakeTerminal.h"

#include <QtCore/QProcess>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/// A program in a pseudo terminal, which a FakeTerminal shows.
class PseudoTerminal {
public:
    explicit PseudoTerminal(QSize size)
        : screen(size)
        , m_master(posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK))
    {
        if (grantpt(m_master) == 0 && unlockpt(m_master) == 0)
            m_slave = open(ptsname(m_master), O_RDWR | O_NOCTTY);
        resize(size);
    }
    ~PseudoTerminal()
    {
        if (program.state() != QProcess::NotRunning) {
            program.kill();
            program.waitForFinished();
        }
        close(m_slave);
        close(m_master);
    }
    PseudoTerminal(const PseudoTerminal &) = delete;
    PseudoTerminal &operator=(const PseudoTerminal &) = delete;

    void start(const QString &path, const QStringList &arguments)
    {
        program.setChildProcessModifier([slave = m_slave] {
            setsid();
            ioctl(slave, TIOCSCTTY, 0);
            for (int file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
                dup2(slave, file);
        });
        program.start(path, arguments);
    }
    void resize(QSize size)
    {
        winsize to{};
        to.ws_col = ushort(size.width());
        to.ws_row = ushort(size.height());
        ioctl(m_master, TIOCSWINSZ, &to);
        screen.resize(size);
    }
    void type(const QByteArray &keys)
    {
        [[maybe_unused]] const ssize_t written =
            write(m_master, keys.constData(), size_t(keys.size()));
    }
    /// Shows what was written until now.
    void read()
    {
        std::array<char, 4096> bytes{};
        for (ssize_t count = 0; (count = ::read(m_master, bytes.data(), bytes.size())) > 0;)
            screen.feed(QByteArray(bytes.data(), count));
    }
    bool shows(const QString &text)
    {
        read();
        return screen.text().contains(text);
    }

    termios modes() const
    {
        termios modes{};
        tcgetattr(m_slave, &modes);
        return modes;
    }
    /// Keys come at once and are not echoed.
    bool isRaw() const { return !(modes().c_lflag & (ICANON | ECHO)); }
    /// As it was when it was made.
    bool isRestored()
    {
        read();
        const termios now = modes();
        return now.c_lflag == m_modes.c_lflag && now.c_iflag == m_modes.c_iflag
            && now.c_oflag == m_modes.c_oflag && !screen.isAlternate && screen.hasCursor
            && screen.wraps;
    }

    QProcess program;
    FakeTerminal screen;

private:
    int m_master;
    int m_slave = -1;
    termios m_modes = modesOf(m_master);

    static termios modesOf(int file)
    {
        termios modes{};
        tcgetattr(file, &modes);
        return modes;
    }
};
