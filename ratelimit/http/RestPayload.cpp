// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestPayload.h"

#include "ratelimit/core/Endpoint.h"
#include "ratelimit/http/RestUpload.h"

#include <QtCore/QBuffer>
#include <QtNetwork/QNetworkAccessManager>
#include <QtNetwork/QNetworkReply>

#include <algorithm>
#include <utility>

namespace Turnstile {

RestPayload::RestPayload(const RestBody &body)
{
    if (const auto *bytes = std::get_if<QByteArray>(&body.m_content)) {
        setBytes(*bytes);
    } else if (const auto *make = std::get_if<RestBody::MultiPart>(&body.m_content)) {
        m_parts = *make ? (*make)() : nullptr;
        if (!m_parts)
            m_fault = QStringLiteral("There were no parts to send.");
        else if (m_parts->boundary().contains('\r') || m_parts->boundary().contains('\n'))
            m_fault = QStringLiteral("The boundary of the parts has a line break in it.");
        else if (!openDevices())
            m_fault = QStringLiteral("What a part is read from could not be opened.");
    } else if (const auto *open = std::get_if<RestBody::Device>(&body.m_content)) {
        m_device = *open ? (*open)() : nullptr;
        if (!m_device || (!m_device->isOpen() && !m_device->open(QIODevice::ReadOnly))
            || !m_device->isReadable())
            m_fault = QStringLiteral("What was to be sent could not be opened.");
    }
}

RestPayload::~RestPayload() = default;

// The manager would send nothing instead of what cannot be read.
bool RestPayload::openDevices()
{
    const auto devices = m_parts->findChildren<QIODevice *>(Qt::FindDirectChildrenOnly);
    return std::ranges::all_of(devices, [](QIODevice *device) {
        return device->isReadable() || (!device->isOpen() && device->open(QIODevice::ReadOnly));
    });
}

std::unique_ptr<QIODevice> RestPayload::takeSequential()
{
    return m_fault.isEmpty() && m_device && m_device->isSequential() ? std::move(m_device)
                                                                     : nullptr;
}

void RestPayload::setBytes(const QByteArray &bytes)
{
    auto buffer = std::make_unique<QBuffer>();
    buffer->setData(bytes);
    buffer->open(QIODevice::ReadOnly);
    m_device = std::move(buffer);
}

QNetworkReply *RestPayload::send(
    QNetworkAccessManager *manager, QNetworkRequest request, Method method, bool repeatable)
{
    const QByteArray verb = methodName(method).toByteArray();
    if (m_parts && !repeatable) {
        m_device = RestUpload::of(m_parts, request);
        if (!m_device)
            m_fault = QStringLiteral(
                "A part is read from a sequential device, and could be sent twice: read it first.");
    }
    if (!m_fault.isEmpty())
        return nullptr;
    if (m_parts) {
        auto *reply = manager->sendCustomRequest(request, verb, m_parts.get());
        m_parts.release()->setParent(reply);
        return reply;
    }

    const qint64 length = m_device ? m_device->size() - m_device->pos() : 0;
    // With an empty device nobody would be told that the request was sent.
    if (length <= 0)
        m_device.reset();
    else if (!repeatable && !qobject_cast<RestUpload *>(m_device.get()))
        m_device = std::make_unique<RestUpload>(std::move(m_device));
    if (m_device || method == Method::Post || method == Method::Put || method == Method::Patch)
        request.setHeader(QNetworkRequest::ContentLengthHeader, std::max(length, qint64(0)));
    if (!m_device && method == Method::Get)
        return manager->get(request);
    if (!m_device && method == Method::Head)
        return manager->head(request);
    auto *reply = manager->sendCustomRequest(request, verb, m_device.get());
    if (m_device)
        m_device.release()->setParent(reply);
    return reply;
}

} // namespace Turnstile
