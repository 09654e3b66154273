// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TerminalView.h"

#include "monitor-app/sources/ReplaySource.h"
#include "monitor-app/sources/Session.h"

#include <cstdio>

#ifdef Q_OS_UNIX
#include <cerrno>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>
#endif

namespace Turnstile::Monitor {

using namespace std::chrono_literals;

#ifdef Q_OS_UNIX
namespace {
QSize sizeOfTerminal()
{
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0)
        return {size.ws_col, size.ws_row};
    return {80, 24};
}

// A line that is slower than we are must not hold up everything else.
bool hasRoom()
{
    pollfd terminal{STDOUT_FILENO, POLLOUT, 0};
    return poll(&terminal, 1, 0) != 0;
}

bool send(QByteArrayView bytes)
{
    while (!bytes.isEmpty()) {
        const ssize_t written = write(STDOUT_FILENO, bytes.data(), size_t(bytes.size()));
        if (written < 0 && errno != EINTR)
            return false;
        bytes = bytes.sliced(std::max<ssize_t>(written, 0));
    }
    return true;
}
constexpr int keyboard = STDIN_FILENO;
constexpr int screen = STDOUT_FILENO;
} // namespace

bool TerminalView::isPossible()
{
    const QByteArray kind = qgetenv("TERM");
    return isatty(STDOUT_FILENO) != 0 && !kind.isEmpty() && kind != "dumb";
}
#else
namespace {
QSize sizeOfTerminal()
{
    return {80, 24};
}
bool hasRoom()
{
    return false;
}
bool send(QByteArrayView)
{
    return false;
}
constexpr int keyboard = 0;
constexpr int screen = 1;
} // namespace

bool TerminalView::isPossible()
{
    return false;
}
#endif

namespace {
constexpr milliseconds drawInterval = 250ms;

void seek(ReplaySource *replay, TerminalKey::Code key)
{
    if (key == TerminalKey::Code::Left)
        replay->setPosition(replay->position() - 5s);
    else if (key == TerminalKey::Code::Right)
        replay->setPosition(replay->position() + 5s);
}

// `0:12 of 1:30`
QString placeIn(const ReplaySource &replay)
{
    const auto clock = [](milliseconds at) {
        const qint64 seconds = at / 1s;
        return QStringLiteral("%1:%2").arg(seconds / 60).arg(seconds % 60, 2, 10, QLatin1Char('0'));
    };
    return TerminalView::tr("%1 of %2").arg(clock(replay.position()), clock(replay.duration()));
}
} // namespace

TerminalView::TerminalView(Session *session, const TextOptions &options, QObject *parent)
    : QObject(parent)
    , m_session(session)
    , m_page(session->store())
    , m_mode(keyboard, screen)
    , m_signals(ProgramSignals::Wanted::Terminal)
    , m_input(keyboard)
{
    m_page.setFilter(options.filter);
    m_page.setOrder(options.order);
    m_page.setColored(qEnvironmentVariableIsEmpty("NO_COLOR"));
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setInterval(drawInterval);
    connect(&m_timer, &QTimer::timeout, this, &TerminalView::draw);
    connect(&m_input, &TerminalInput::pressed, this, &TerminalView::press);
    connect(&m_signals, &ProgramSignals::ended, this, &TerminalView::ended);
    connect(&m_signals, &ProgramSignals::resized, this, &TerminalView::draw);
    connect(&m_signals, &ProgramSignals::continued, this, &TerminalView::resume);
    connect(&m_signals, &ProgramSignals::stopRequested, this, [this] {
        m_mode.leave();
        ProgramSignals::stop();
    });
    connect(
        session, &Session::updated, this, [this] { m_heardAt = std::chrono::steady_clock::now(); });
    connect(session, &Session::stateChanged, this, &TerminalView::draw);
}

TerminalView::~TerminalView() = default;

void TerminalView::start()
{
    m_mode.enter();
    m_timer.start();
    draw();
}

void TerminalView::press(const std::vector<TerminalKey> &keys)
{
    for (const TerminalKey &key : keys) {
        if (key.code == TerminalKey::Code::Redraw)
            m_screen.forget();
        if (auto *replay = qobject_cast<ReplaySource *>(m_session->source()))
            seek(replay, key.code);
        m_page.press(key);
    }
    if (m_page.isLeft())
        Q_EMIT ended(0);
    else
        draw();
}

// The shell has had the terminal meanwhile.
void TerminalView::resume()
{
    m_mode.leave();
    m_mode.enter();
    m_screen.forget();
    draw();
}

TerminalStatus TerminalView::status()
{
    const MonitorSource *source = m_session->source();
    TerminalStatus status{.name = source->name(),
        .connection = source->connection(),
        .state = source->state(),
        .reason = source->stateText(),
        .isRecording = m_session->recorder()->isRecording()};
    if (const auto *replay = qobject_cast<const ReplaySource *>(source))
        status.connection += QStringLiteral(" · ") + placeIn(*replay);
    using State = MonitorSource::State;
    const TimePoint now = std::chrono::steady_clock::now();
    if (!m_heardAt && (status.state == State::Live || status.state == State::Replay))
        m_heardAt = now;
    if (m_heardAt)
        status.age = m_session->isStale() ? m_session->age()
                                          : std::chrono::floor<milliseconds>(now - *m_heardAt);
    return status;
}

void TerminalView::draw()
{
    if (!m_timer.isActive() || !hasRoom())
        return;
    const TimePoint begin = std::chrono::steady_clock::now();
    if (!m_session->store()->isFrozen())
        m_session->store()->makeFrame();
    if (m_session->source())
        m_page.setStatus(status());
    const QSize size = sizeOfTerminal();
    m_screen.setColored(m_page.isColored());
    if (!send(m_screen.update(m_page.lines(size), size))) {
        m_timer.stop();
        Q_EMIT ended(1);
        return;
    }
    // With very many buckets a fifth of a processor has to do.
    const auto took = std::chrono::ceil<milliseconds>(std::chrono::steady_clock::now() - begin);
    if (const milliseconds interval = std::max(drawInterval, 5 * took);
        interval != m_timer.intervalAsDuration())
        m_timer.setInterval(interval);
}

} // namespace Turnstile::Monitor
