// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QIODevice>
#include <QtCore/QObject>

#include <memory>

namespace Turnstile {

/// Reads a sequential device to its end, from the event loop.
class RestCollector : public QObject {
    Q_OBJECT
public:
    /// More is not taken, so that no endless source fills the memory. No bot may send as much.
    static constexpr qint64 longest = qint64(128) * 1024 * 1024;

    explicit RestCollector(std::unique_ptr<QIODevice> source, qint64 most = longest);
    ~RestCollector() override;
    Q_DISABLE_COPY_MOVE(RestCollector)

    /// What was read.
    const QByteArray &bytes() const { return m_bytes; }

Q_SIGNALS:
    void advanced();             ///< there are more bytes
    void finished(bool isWhole); ///< the end was reached, or there is too much

private:
    void read();
    void readLater();
    void finish(bool isWhole);

    const std::unique_ptr<QIODevice> m_source;
    const qint64 m_most;
    QByteArray m_bytes;
    bool m_closed = false; // the source said that no more comes
    bool m_finished = false;
};

} // namespace Turnstile
