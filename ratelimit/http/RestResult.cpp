// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestResult.h"

#include <algorithm>

namespace Turnstile {

QByteArray RestResult::header(QByteArrayView name) const
{
    const auto found = std::ranges::find_if(headers,
        [name](const auto &field) { return field.first.compare(name, Qt::CaseInsensitive) == 0; });
    return found == headers.end() ? QByteArray() : found->second;
}

QJsonDocument RestResult::json() const
{
    return QJsonDocument::fromJson(body);
}

} // namespace Turnstile
