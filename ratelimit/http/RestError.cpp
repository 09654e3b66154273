// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestError.h"

#include <QtCore/QMetaEnum>

namespace Turnstile {

QDebug operator<<(QDebug debug, const RestError &error)
{
    QDebugStateSaver saver(debug);
    debug.nospace().noquote() << "RestError("
                              << QMetaEnum::fromType<RestError::Code>().valueToKey(int(error.code));
    if (!error.message.isEmpty())
        debug << ": " << error.message;
    return debug << ')';
}

} // namespace Turnstile

#include "moc_RestError.cpp"
