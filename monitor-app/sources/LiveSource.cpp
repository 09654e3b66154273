// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/sources/LiveSource.h"

#include "ratelimit/monitoring/MonitorDirectory.h"

namespace Turnstile::Monitor {

LiveSource::LiveSource(const MonitorAddress &address, const QString &token, QObject *parent)
    : MonitorSource(parent)
    , m_address(address)
    , m_token(token)
{
    connect(&m_client, &MonitorClient::updated, this, &MonitorSource::updated);
    connect(&m_client, &MonitorClient::stateChanged, this, &MonitorSource::stateChanged);
    connect(&m_client, &MonitorClient::controlled, this, &MonitorSource::controlled);
}

LiveSource::~LiveSource() = default;

QString LiveSource::name() const
{
    const MonitorHello &hello = m_client.hello();
    if (hello.pid != 0)
        return tr("%1 · pid %2").arg(hello.application).arg(hello.pid);
    if (const auto bot = MonitorDirectory::botOf(m_address.path()))
        return tr("%1 · pid %2").arg(bot->application).arg(bot->pid);
    return m_address.text();
}

QString LiveSource::connection() const
{
    const MonitorAddress &address = m_client.address();
    const QString way = address.isLocal() ? tr("local socket") : address.text();
    switch (state()) {
    case State::Connecting:
        return tr("Connecting · %1").arg(way);
    case State::Lost:
        return tr("Reconnecting · %1").arg(way);
    case State::Failed:
        return tr("Not connected · %1").arg(way);
    case State::Live:
    case State::Replay:
        break;
    }
    return tr("Connected · %1").arg(way);
}

MonitorSource::State LiveSource::state() const
{
    switch (m_client.state()) {
    case MonitorClient::State::Idle:
    case MonitorClient::State::Connecting:
        break;
    case MonitorClient::State::Live:
        return State::Live;
    case MonitorClient::State::Lost:
        return State::Lost;
    case MonitorClient::State::Failed:
        return State::Failed;
    }
    return State::Connecting;
}

QString LiveSource::stateText() const
{
    return m_client.stateText();
}

QString LiveSource::start()
{
    if (!m_address.isValid())
        return m_address.problem().isEmpty() ? tr("There is no address to connect to.")
                                             : m_address.problem();
    m_client.open(m_address, m_token);
    return {};
}

QString LiveSource::controlProblem() const
{
    return m_client.controlProblem();
}

void LiveSource::control(const MonitorCommand &command)
{
    m_client.control(command);
}

} // namespace Turnstile::Monitor
