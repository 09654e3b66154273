// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/sources/Session.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/sources/ReplaySource.h"

#include <QtCore/QDateTime>

namespace Turnstile::Monitor {

using State = MonitorSource::State;

Session::Session(QObject *parent)
    : QObject(parent)
{
}

Session::~Session()
{
    if (m_source)
        m_source->disconnect(this);
    m_recorder.reset();
    m_source.reset();
}

QString Session::watch(std::unique_ptr<MonitorSource> source)
{
    leave();
    m_source = std::move(source);
    m_state = State::Connecting;
    m_wasLive = false;
    MonitorSource *present = m_source.get();
    m_store.setClock([present] { return present->now(); });
    connect(present, &MonitorSource::updated, &m_store, &Store::apply);
    connect(present, &MonitorSource::updated, this, &Session::updated);
    connect(present, &MonitorSource::stateChanged, this, &Session::readState);
    m_recorder = std::make_unique<Recorder>(present);
    connect(m_recorder.get(), &Recorder::stateChanged, this, &Session::recordingChanged);
    connect(m_recorder.get(), &Recorder::failed, this, &Session::recordingFailed);
    Q_EMIT aboutToWatch(present);
    if (QString problem = present->start(); !problem.isEmpty()) {
        leave();
        return problem;
    }
    Q_EMIT sourceChanged();
    readState();
    return {};
}

void Session::leave()
{
    if (!m_source)
        return;
    m_recorder.reset();
    const auto gone = std::move(m_source);
    gone->disconnect(this);
    gone->disconnect(&m_store);
    m_staleSince.reset();
    m_store.setFrozen(false);
    m_store.clear();
    m_store.setClock([] { return std::chrono::steady_clock::now(); });
    Q_EMIT sourceChanged();
}

milliseconds Session::age() const
{
    return m_staleSince ? std::chrono::floor<milliseconds>(m_source->now() - *m_staleSince)
                        : milliseconds::zero();
}

Export::Moment Session::moment() const
{
    if (const auto *replay = qobject_cast<const ReplaySource *>(m_source.get())) {
        const auto behind = std::chrono::floor<milliseconds>(replay->now() - m_store.now());
        const milliseconds wall(replay->wallTime().toMSecsSinceEpoch()); // of replay->now()
        return {m_store.now(), WallTime(wall - behind)};
    }
    return Export::momentOf(m_store.now());
}

void Session::readState()
{
    const State before = std::exchange(m_state, m_source->state());
    MonitorSource *present = m_source.get();
    const bool lost = m_state == State::Lost || m_state == State::Failed;
    if (lost && m_wasLive && !m_staleSince) {
        m_staleSince = present->now();
        m_store.setClock([at = *m_staleSince] { return at; });
    } else if (m_state == State::Live && m_staleSince) {
        const milliseconds gap = age();
        m_store.noteGap(*m_staleSince, present->now());
        m_staleSince.reset();
        m_store.setClock([present] { return present->now(); });
        log(LoggedEvent::Kind::Connection,
            tr("%1 is back after %2.").arg(present->name(), Format::duration(gap)));
    }
    if (m_state != before) {
        if (m_state == State::Live && !std::exchange(m_wasLive, true))
            log(LoggedEvent::Kind::Connection, tr("Attached to %1.").arg(present->name()));
        else if (m_state == State::Lost)
            log(LoggedEvent::Kind::Connection,
                tr("The connection is lost: %1").arg(present->stateText()));
        else if (m_state == State::Failed)
            log(LoggedEvent::Kind::Connection, present->stateText());
    }
    Q_EMIT stateChanged();
}

void Session::log(LoggedEvent::Kind kind, const QString &text)
{
    LoggedEvent event;
    event.at = m_source ? m_source->now() : std::chrono::steady_clock::now();
    event.kind = kind;
    event.text = text;
    m_store.events()->add(event);
}

} // namespace Turnstile::Monitor
