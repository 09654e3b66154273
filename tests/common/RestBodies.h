// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QBuffer>
#include <QtNetwork/QHttpMultiPart>

#include <algorithm>
#include <memory>

/// Gives its bytes as a socket would: nobody knows how many there are.
class Sequential : public QIODevice {
public:
    void setData(const QByteArray &bytes) { m_bytes = bytes; }
    /// More may come than it has.
    void keepOpen() { m_open = true; }
    void add(const QByteArray &bytes)
    {
        m_bytes += bytes;
        Q_EMIT readyRead();
    }
    void end()
    {
        m_open = false;
        Q_EMIT readChannelFinished();
    }
    bool isSequential() const override { return true; }
    qint64 bytesAvailable() const override { return m_bytes.size(); }

protected:
    qint64 readData(char *data, qint64 most) override
    {
        const qsizetype got = std::min(qsizetype(most), m_bytes.size());
        std::copy_n(m_bytes.constData(), got, data);
        m_bytes.remove(0, got);
        return got > 0 ? got : m_open ? 0 : -1;
    }
    qint64 writeData(const char *, qint64) override { return -1; }

private:
    QByteArray m_bytes;
    bool m_open = false;
};

/// A \a Device (QBuffer, Sequential) with \a bytes, open for reading.
template <typename Device> std::unique_ptr<Device> opened(const QByteArray &bytes)
{
    auto device = std::make_unique<Device>();
    device->setData(bytes);
    device->open(QIODevice::ReadOnly);
    return device;
}

/// The name of a part, and nothing in it.
inline QHttpPart namedPart()
{
    QHttpPart part;
    part.setHeader(
        QNetworkRequest::ContentDispositionHeader, QStringLiteral("form-data; name=\"file\""));
    return part;
}

/// One part, the bytes "content".
inline std::unique_ptr<QHttpMultiPart> onePart()
{
    auto parts = std::make_unique<QHttpMultiPart>(QHttpMultiPart::FormDataType);
    QHttpPart part = namedPart();
    part.setBody("content");
    parts->append(part);
    return parts;
}

/// One part that is read from a Sequential.
inline std::unique_ptr<QHttpMultiPart> oneSequentialPart()
{
    auto parts = std::make_unique<QHttpMultiPart>(QHttpMultiPart::FormDataType);
    auto *device = opened<Sequential>("content").release();
    device->setParent(parts.get());
    QHttpPart part = namedPart();
    part.setBodyDevice(device);
    parts->append(part);
    return parts;
}
