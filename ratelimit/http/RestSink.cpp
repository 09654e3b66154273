// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestSink.h"

#include <QtCore/QFileDevice>
#include <QtCore/QSaveFile>

#include <utility>

namespace Turnstile {

RestSink::RestSink(qint64 maxSize)
    : m_maxSize(maxSize)
{
}

RestSink::~RestSink() = default;

bool RestSink::setDevice(std::unique_ptr<QIODevice> device)
{
    if (!device || (!device->isOpen() && !device->open(QIODevice::WriteOnly)))
        return false;
    m_device = std::move(device);
    return m_device->isWritable();
}

bool RestSink::write(const QByteArray &bytes)
{
    if (m_device)
        return m_device->write(bytes) == bytes.size();
    const bool fits = hasRoomFor(bytes.size());
    m_body += fits ? bytes : bytes.first(std::max(m_maxSize - m_body.size(), qint64(0)));
    return fits;
}

bool RestSink::finish()
{
    const auto device = std::exchange(m_device, nullptr);
    if (!device)
        return true;
    if (auto *file = qobject_cast<QSaveFile *>(device.get()))
        return file->commit();
    auto *file = qobject_cast<QFileDevice *>(device.get());
    const bool flushed = !file || file->flush();
    device->close();
    return flushed;
}

} // namespace Turnstile
