// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QIODevice>
#include <QtNetwork/QNetworkRequest>

#include <memory>

QT_BEGIN_NAMESPACE
class QHttpMultiPart;
QT_END_NAMESPACE

namespace Turnstile {

/// Reads a device from where it is, once. A QNetworkAccessManager sends a request again by itself
/// when the connection closes before the answer, unless it cannot go back to the start of the body:
/// so nothing that goes through here is sent twice.
class RestUpload : public QIODevice {
    Q_OBJECT
public:
    explicit RestUpload(std::unique_ptr<QIODevice> source);
    /// What a manager would send of \a parts; \a request gets the headers that go with them.
    /// Nothing where it has no known length: such parts are not for this, and stay as they are.
    static std::unique_ptr<RestUpload> of(
        std::unique_ptr<QHttpMultiPart> &parts, QNetworkRequest &request);
    ~RestUpload() override;
    Q_DISABLE_COPY_MOVE(RestUpload)

    qint64 size() const override { return m_size; }
    bool atEnd() const override { return m_read >= m_size; }
    qint64 bytesAvailable() const override { return m_size - m_read; }
    bool reset() override { return m_read == 0; }
    bool seek(qint64 position) override { return position == m_read; }

protected:
    qint64 readData(char *data, qint64 most) override;
    qint64 writeData(const char *, qint64) override { return -1; }

private:
    RestUpload(QIODevice *source, QObject *owned);

    QIODevice *const m_source;
    const qint64 m_size;
    qint64 m_read = 0;
};

} // namespace Turnstile
