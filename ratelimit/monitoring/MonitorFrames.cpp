// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/MonitorFrames.h"

#include <QtCore/QtEndian>

namespace Turnstile {

static constexpr qsizetype lengthSize = 4;

QByteArray MonitorFrames::frame(QByteArrayView payload)
{
    QByteArray frame(lengthSize, Qt::Uninitialized);
    qToBigEndian(quint32(payload.size()), frame.data());
    return frame.append(payload);
}

void MonitorFrames::feed(QByteArrayView bytes)
{
    if (!m_problem.isEmpty())
        return;
    m_bytes.remove(0, m_begin);
    m_begin = 0;
    m_bytes.append(bytes);
}

std::optional<QByteArray> MonitorFrames::next()
{
    const QByteArrayView rest = QByteArrayView(m_bytes).sliced(m_begin);
    if (rest.size() < lengthSize)
        return {};
    const auto size = qFromBigEndian<quint32>(rest.data());
    if (size > quint64(m_most)) {
        m_problem = QStringLiteral("A frame of %1 bytes is too long; %2 are the most.")
                        .arg(size)
                        .arg(m_most);
        m_bytes.clear();
        m_begin = 0;
        return {};
    }
    if (rest.size() - lengthSize < qsizetype(size))
        return {};
    m_begin += lengthSize + qsizetype(size);
    return rest.sliced(lengthSize, qsizetype(size)).toByteArray();
}

} // namespace Turnstile
