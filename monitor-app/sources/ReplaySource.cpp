// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/sources/ReplaySource.h"

#include <QtCore/QFileInfo>
#include <QtCore/QPointer>

#include <algorithm>

namespace Turnstile::Monitor {

using namespace std::chrono_literals;
using std::chrono::floor;
using std::chrono::microseconds;

namespace {
constexpr milliseconds slice = 5ms; // and one update
constexpr milliseconds interval = 33ms;
constexpr microseconds runUp = 30s; // what the sparklines show
} // namespace

ReplaySource::ReplaySource(const QString &path, QObject *parent)
    : ReplaySource(
        path, [] { return std::chrono::steady_clock::now(); }, parent)
{
}

ReplaySource::ReplaySource(const QString &path, Clock clock, QObject *parent)
    : MonitorSource(parent)
    , m_path(path)
    , m_clock(std::move(clock))
    , m_start(m_clock())
    , m_since(m_start)
{
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &ReplaySource::advance);
}

ReplaySource::~ReplaySource() = default;

QString ReplaySource::name() const
{
    const QString application = m_reader.application();
    return application.isEmpty() ? QFileInfo(m_path).fileName() : application;
}

QString ReplaySource::connection() const
{
    return tr("Recording · %1").arg(QFileInfo(m_path).fileName());
}

QString ReplaySource::stateText() const
{
    if (!m_problem.isEmpty() || !m_reader.isTruncated())
        return m_problem;
    return tr("The recording is not complete: it ends with the last part that can be read.");
}

QString ReplaySource::start()
{
    m_file.close();
    m_file.setFileName(m_path);
    m_problem.clear();
    if (!m_file.open(QFile::ReadOnly | QFile::Unbuffered))
        m_problem = m_file.errorString();
    else if (m_file.isSequential())
        m_problem = tr("It is not a file.");
    else
        m_problem = m_reader.open(&m_file);
    if (!m_problem.isEmpty()) {
        m_file.close();
        m_problem = tr("%1: %2").arg(QFileInfo(m_path).fileName(), m_problem);
        return m_problem;
    }
    m_known = m_reader.duration();
    m_start = m_clock();
    m_told = TimePoint::min();
    m_isPlaying = true;
    jump({});
    return {};
}

milliseconds ReplaySource::duration() const
{
    return floor<milliseconds>(m_reader.duration());
}

milliseconds ReplaySource::position() const
{
    return floor<milliseconds>(present());
}

void ReplaySource::setPosition(milliseconds position)
{
    if (!m_file.isOpen())
        return;
    const Duration to = std::clamp<Duration>(position, 0ms, m_reader.duration());
    const auto key = m_reader.keyBefore(floor<microseconds>(to), runUp);
    if (to < present()) {
        m_reader.seek(key);
        m_told = TimePoint::min();
        jump(to);
    } else if (m_reader.seekAhead(key)) {
        m_told = now();
        jump(to);
    } else { // what is between is told as it came
        m_position = to;
        m_since = m_clock();
        advance();
    }
}

QDateTime ReplaySource::wallTime() const
{
    const auto at = m_reader.startedAt().time_since_epoch() + position();
    return QDateTime::fromMSecsSinceEpoch(at.count());
}

void ReplaySource::setSpeed(double speed)
{
    anchor();
    m_speed = std::clamp(speed, slowest, fastest);
    Q_EMIT playingChanged();
}

void ReplaySource::setPlaying(bool playing)
{
    if (m_isPlaying == playing || !m_file.isOpen())
        return;
    anchor();
    m_isPlaying = playing;
    const QPointer<ReplaySource> alive(this);
    Q_EMIT playingChanged();
    if (!alive || !m_isPlaying)
        return;
    if (present() >= m_reader.duration())
        setPosition(0ms);
    else
        advance();
}

void ReplaySource::advance()
{
    anchor();
    const QPointer<ReplaySource> alive(this);
    send();
    if (!alive)
        return;
    noteDamage();
    if (alive)
        Q_EMIT positionChanged();
    if (!alive)
        return;
    if (m_isBehind)
        m_timer.start(0);
    else if (m_isPlaying)
        m_timer.start(interval);
    if (m_isBehind || !m_isPlaying || m_position < m_reader.duration())
        return;
    m_isPlaying = false;
    m_timer.stop();
    Q_EMIT playingChanged();
    if (alive)
        Q_EMIT finished();
}

ReplaySource::Duration ReplaySource::present() const
{
    if (!m_isPlaying || m_isBehind)
        return m_position;
    const std::chrono::duration<double, std::nano> passed = m_clock() - m_since;
    const Duration position = m_position + std::chrono::round<Duration>(passed * m_speed);
    return std::min<Duration>(position, m_reader.duration());
}

void ReplaySource::anchor()
{
    m_position = present();
    m_since = m_clock();
}

// The reader has been told where to go on.
void ReplaySource::jump(Duration to)
{
    m_position = to;
    m_since = m_clock();
    m_isBehind = false;
    m_isReset = true;
    fetch();
    if (m_next && m_next->isKey) // the first of a recording comes a little after its begin
        m_position = std::max<Duration>(m_position, m_next->at);
    while (!m_next && m_reader.duration() < m_position) { // what was sought is damaged
        m_position = m_reader.duration();
        m_reader.seek(floor<microseconds>(m_position));
        fetch();
    }
    advance();
}

void ReplaySource::send()
{
    const QPointer<ReplaySource> alive(this);
    const TimePoint begin = m_clock();
    m_isBehind = true;
    while (m_next && m_next->at <= m_position) {
        if (m_clock() - begin >= slice)
            return;
        UpdateBatch update = std::move(m_next->update);
        update.reset = std::exchange(m_isReset, false) || update.reset;
        if (m_next->isKey)
            fit(update);
        update.since = m_start + m_position; // lag is that of the present
        fetch();
        Q_EMIT updated(update);
        if (!alive)
            return;
    }
    m_isBehind = false;
}

// A part of a key frame. It comes after a reset, which leaves nothing that it could not name, but
// keeps what has happened.
void ReplaySource::fit(UpdateBatch &part) const
{
    part.snapshotBegins = part.snapshotEnds = false;
    const auto wasTold = [this](const auto &item) { return item.at <= m_told; };
    std::erase_if(part.hits, wasTold);
    std::erase_if(part.anomalies, wasTold);
}

void ReplaySource::fetch()
{
    m_next = m_reader.next(m_start);
}

void ReplaySource::noteDamage()
{
    if (std::exchange(m_known, m_reader.duration()) == m_reader.duration())
        return;
    m_position = std::min<Duration>(m_position, m_reader.duration());
    Q_EMIT stateChanged();
}

} // namespace Turnstile::Monitor
