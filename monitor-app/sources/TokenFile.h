// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QString>

namespace Turnstile::Monitor {

/// The token of a bot on TCP, from a file: in a command line everybody could read it.
struct TokenFile {
    static constexpr int mostCharacters = 256;

    QString token;
    QString warning; ///< a sentence: others can read the file
    QString problem; ///< a sentence; empty: there is a token

    /// One line of text; the line break at its end is not part of the token.
    static TokenFile read(const QString &path);
};

} // namespace Turnstile::Monitor
