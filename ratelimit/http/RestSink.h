// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QIODevice>

#include <algorithm>
#include <memory>

namespace Turnstile {

/// Where the body of an answer goes: into memory, up to a size, or into a device.
class RestSink {
public:
    explicit RestSink(qint64 maxSize);
    ~RestSink();
    Q_DISABLE_COPY_MOVE(RestSink)

    /// No more than \a maxSize bytes from now on, or fewer as before.
    void shorten(qint64 maxSize) { m_maxSize = std::min(m_maxSize, maxSize); }
    /// From now on into \a device; false when it cannot be written.
    bool setDevice(std::unique_ptr<QIODevice> device);
    bool hasDevice() const { return m_device != nullptr; }
    bool hasRoomFor(qint64 bytes) const { return m_device || bytes <= m_maxSize - m_body.size(); }

    /// Takes what there is room for; false when that was not all.
    bool write(const QByteArray &bytes);
    /// All was written: closes the device. A QSaveFile is committed; it is left undone where this
    /// is not called.
    bool finish();

    const QByteArray &body() const { return m_body; }

private:
    qint64 m_maxSize;
    QByteArray m_body;
    std::unique_ptr<QIODevice> m_device;
};

} // namespace Turnstile
