// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestCollector.h"

#include <utility>

namespace Turnstile {

RestCollector::RestCollector(std::unique_ptr<QIODevice> source, qint64 most)
    : m_source(std::move(source))
    , m_most(most)
{
    // Queued: they may come from inside read(), and whoever is told may destroy the source.
    const auto close = [this] {
        m_closed = true;
        read();
    };
    connect(
        m_source.get(), &QIODevice::readyRead, this, &RestCollector::read, Qt::QueuedConnection);
    connect(m_source.get(), &QIODevice::readChannelFinished, this, close, Qt::QueuedConnection);
    readLater();
}

RestCollector::~RestCollector() = default;

void RestCollector::readLater()
{
    QMetaObject::invokeMethod(this, &RestCollector::read, Qt::QueuedConnection);
}

void RestCollector::read()
{
    constexpr qint64 piece = qint64(256) * 1024;
    constexpr int piecesAtOnce = 8; // a source that never ends must not hold the event loop
    QByteArray buffer(piece, Qt::Uninitialized);
    for (int i = 0; i < piecesAtOnce && !m_finished; ++i) {
        const qint64 got = m_source->read(buffer.data(), piece);
        if (got <= 0) {
            if (got < 0 || m_closed)
                finish(true);
            return;
        }
        if (got > m_most - m_bytes.size()) {
            finish(false);
            return;
        }
        m_bytes.append(buffer.constData(), got);
        Q_EMIT advanced();
    }
    if (!m_finished)
        readLater();
}

void RestCollector::finish(bool isWhole)
{
    m_finished = true;
    Q_EMIT finished(isWhole);
}

} // namespace Turnstile
