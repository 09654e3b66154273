// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/sources/Session.h"

#include "monitor-app/models/Format.h"

namespace Turnstile::Monitor {

using State = MonitorSource::State;

Session::Session(QObject *parent)
    : QObject(parent)
{
}

Session::~Session()
{
    m_recorder.reset();
    m_source.reset(); // it may tell something in going, while there still is a store
}

QString Session::watch(std::unique_ptr<MonitorSource> source)
{
    leave();
    m_source = std::move(source);
    m_recorder = std::make_unique<Recorder>(m_source.get());
    m_state = State::Connecting;
    MonitorSource *present = m_source.get();
    m_store.setClock([present] { return present->now(); });
    connect(present, &MonitorSource::updated, this, &Session::take);
    connect(present, &MonitorSource::stateChanged, this, &Session::readState);
    connect(present, &MonitorSource::controlled, this, &Session::controlled);
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
    const auto gone = std::move(m_source); // its signals reach nobody any more
    gone->disconnect(this);
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

void Session::take(const UpdateBatch &batch)
{
    m_store.apply(batch);
    Q_EMIT updated(batch);
}

void Session::readState()
{
    const State before = std::exchange(m_state, m_source->state());
    MonitorSource *present = m_source.get();
    const bool lost = m_state == State::Lost || (m_state == State::Failed && before == State::Live);
    if (lost && !m_staleSince) {
        m_staleSince = present->now();
        m_store.setClock([at = *m_staleSince] { return at; });
    } else if (m_state == State::Live && m_staleSince) {
        const milliseconds gap = age();
        m_staleSince.reset();
        m_store.setClock([present] { return present->now(); });
        log(tr("%1 is back after %2.").arg(present->name(), Format::duration(gap)));
    }
    if (m_state != before) {
        if (m_state == State::Live && before == State::Connecting)
            log(tr("Attached to %1.").arg(present->name()));
        else if (m_state == State::Lost)
            log(tr("The connection is lost: %1").arg(present->stateText()));
        else if (m_state == State::Failed)
            log(present->stateText());
    }
    Q_EMIT stateChanged();
}

void Session::log(const QString &text)
{
    LoggedEvent event;
    event.at = m_source->now();
    event.kind = LoggedEvent::Kind::Connection;
    event.text = text;
    m_store.events()->add(event);
}

} // namespace Turnstile::Monitor
