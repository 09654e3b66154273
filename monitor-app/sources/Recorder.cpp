// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/sources/Recorder.h"

#include "monitor-app/sources/MonitorSource.h"

#include <QtCore/QDir>

namespace Turnstile::Monitor {

using namespace std::chrono_literals;

Recorder::Recorder(MonitorSource *source, QObject *parent)
    : QObject(parent)
    , m_source(source)
{
    m_flushTimer.setInterval(1s);
    connect(&m_flushTimer, &QTimer::timeout, this, &Recorder::flush);
    connect(&m_keyTimer, &QTimer::timeout, this, [this] { check(addKeyPart()); });
    connect(source, &MonitorSource::updated, this, &Recorder::take);
    connect(source, &QObject::destroyed, this, &Recorder::stop);
}

Recorder::~Recorder()
{
    close();
}

QString Recorder::start(const QString &path, const QString &name, Existing existing)
{
    stop();
    if (!m_source)
        return tr("There is nothing to record.");
    if (m_source->state() == MonitorSource::State::Replay)
        return tr("This is a recording already.");
    const QString shown = QDir::toNativeSeparators(path);
    if (existing == Existing::Keep && QFile::exists(path))
        return tr("%1 exists already.").arg(shown);
    m_file.setFileName(path);
    const auto ifThere = existing == Existing::Keep ? QFile::NewOnly : QFile::Truncate;
    if (!m_file.open(QFile::WriteOnly | QFile::Unbuffered | ifThere))
        return tr("%1 cannot be written: %2.").arg(shown, m_file.errorString());

    m_startedAt = m_last = m_source->now();
    m_bytesWritten = 0;
    m_writer.emplace(&m_file);
    const auto wall = std::chrono::system_clock::now();
    m_writer->begin(name.isEmpty() ? m_source->name() : name, m_startedAt,
        std::chrono::floor<milliseconds>(wall));
    beginKey();
    addKeyPart();
    if (!m_writer->flush()) {
        endKey();
        const QString problem = m_writer->problem();
        m_writer.reset();
        if (existing == Existing::Keep)
            m_file.remove(); // it is ours
        m_file.close();
        return problem;
    }
    m_flushTimer.start();
    noteWritten();
    return {};
}

QString Recorder::stop()
{
    if (!isRecording())
        return {};
    QString problem = close();
    Q_EMIT stateChanged();
    return problem;
}

milliseconds Recorder::recordedFor() const
{
    return std::chrono::floor<milliseconds>(m_last - m_startedAt);
}

void Recorder::take(const UpdateBatch &update)
{
    const UpdateBatch whole = m_state.apply(update);
    if (!isRecording())
        return;
    const TimePoint at = now();
    const bool isGood = m_writer->add(whole, at);
    if (!m_key && m_writer->isKeyDue(at))
        beginKey();
    check(isGood);
}

void Recorder::beginKey()
{
    m_key.emplace();
    m_keyTimer.start();
}

bool Recorder::addKeyPart()
{
    const UpdateBatch part = m_state.nextPart(&*m_key, now());
    if (part.snapshotEnds)
        endKey();
    return m_writer->addKey(part, now());
}

void Recorder::endKey()
{
    m_key.reset();
    m_keyTimer.stop();
}

void Recorder::flush()
{
    if (!m_file.exists())
        fail(tr("%1 is gone.").arg(QDir::toNativeSeparators(path())));
    else if (check(m_writer->flush()))
        noteWritten();
}

bool Recorder::check(bool isWritten)
{
    if (!isWritten)
        fail(m_writer->problem());
    return isWritten;
}

void Recorder::noteWritten()
{
    m_bytesWritten = m_writer->bytesWritten();
    Q_EMIT stateChanged();
}

void Recorder::fail(const QString &problem)
{
    const QPointer<Recorder> alive(this);
    close();
    Q_EMIT stateChanged();
    if (alive)
        Q_EMIT failed(problem);
}

QString Recorder::close()
{
    if (!isRecording())
        return {};
    m_flushTimer.stop();
    while (m_key && addKeyPart()) { }
    endKey();
    QString problem = m_writer->end(now()) ? QString() : m_writer->problem();
    m_bytesWritten = m_writer->bytesWritten();
    m_writer.reset();
    m_file.close();
    return problem;
}

TimePoint Recorder::now()
{
    if (m_source)
        m_last = std::max(m_last, m_source->now());
    return m_last;
}

} // namespace Turnstile::Monitor
