// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestUpload.h"

#include <QtNetwork/QHttpMultiPart>
#include <QtNetwork/QNetworkAccessManager>
#include <QtNetwork/QNetworkReply>

#include <algorithm>

namespace Turnstile {

namespace {

class NoReply : public QNetworkReply {
public:
    explicit NoReply(QObject *parent)
        : QNetworkReply(parent)
    {
    }
    void abort() override { }

protected:
    qint64 readData(char *, qint64) override { return -1; }
};

/// Sends nothing. It is the only way to get at the device of a QHttpMultiPart.
class PartReader : public QNetworkAccessManager {
public:
    QIODevice *device = nullptr;
    QNetworkRequest request;

protected:
    QNetworkReply *createRequest(
        Operation, const QNetworkRequest &asked, QIODevice *outgoing) override
    {
        request = asked;
        device = outgoing;
        return new NoReply(this);
    }
};

} // namespace

RestUpload::RestUpload(QIODevice *source, QObject *owned)
    : m_source(source)
    , m_size(source->size() - source->pos())
{
    owned->setParent(this);
    open(QIODevice::ReadOnly | QIODevice::Unbuffered);
}

RestUpload::RestUpload(std::unique_ptr<QIODevice> source)
    : RestUpload(source.get(), source.get())
{
    source.release();
}

std::unique_ptr<RestUpload> RestUpload::of(
    std::unique_ptr<QHttpMultiPart> &parts, QNetworkRequest &request)
{
    PartReader reader;
    reader.post(request, parts.get());
    if (!reader.device || reader.device->isSequential())
        return nullptr;
    request = reader.request;
    return std::unique_ptr<RestUpload>(new RestUpload(reader.device, parts.release()));
}

RestUpload::~RestUpload() = default;

qint64 RestUpload::readData(char *data, qint64 most)
{
    if (m_read >= m_size)
        return -1;
    const qint64 got = m_source->read(data, std::min(most, m_size - m_read));
    m_read += std::max(got, qint64(0));
    return got;
}

} // namespace Turnstile
