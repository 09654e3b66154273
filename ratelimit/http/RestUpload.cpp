// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestUpload.h"

#include <algorithm>
#include <utility>

namespace Turnstile {

RestUpload::RestUpload(std::unique_ptr<QIODevice> source)
    : m_source(std::move(source))
    , m_size(m_source->size() - m_source->pos())
{
    open(QIODevice::ReadOnly | QIODevice::Unbuffered);
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
