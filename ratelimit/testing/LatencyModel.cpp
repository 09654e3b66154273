// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/testing/LatencyModel.h"

namespace Turnstile {

void LatencyModel::setLatency(milliseconds latency, milliseconds jitter)
{
    m_latency = qMax(latency, milliseconds(0));
    m_jitter = qMax(jitter, milliseconds(0));
}

void LatencyModel::setSeed(quint32 seed)
{
    m_generator.seed(seed);
}

LatencyModel::Delay LatencyModel::next()
{
    const milliseconds there = m_latency / 2 + upTo(m_jitter / 2);
    const milliseconds back = m_latency - m_latency / 2 + upTo(m_jitter - m_jitter / 2);
    return {there, back};
}

milliseconds LatencyModel::upTo(milliseconds bound)
{
    return milliseconds(m_generator.bounded(qint64(bound.count()) + 1));
}

} // namespace Turnstile
