// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QIODevice>

#include <memory>

namespace Turnstile {

/// Reads \a source from where it is, once. A QNetworkAccessManager sends a request again by itself
/// when the connection closes before the answer, unless it cannot go back to the start of the body:
/// so nothing that goes through here is sent twice.
class RestUpload : public QIODevice {
    Q_OBJECT
public:
    explicit RestUpload(std::unique_ptr<QIODevice> source);
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
    const std::unique_ptr<QIODevice> m_source;
    const qint64 m_size;
    qint64 m_read = 0;
};

} // namespace Turnstile
