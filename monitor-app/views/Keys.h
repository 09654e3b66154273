// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtGui/QKeySequence>

/// \file
/// The keys of the frame's commands, in one place: the window binds them, the bar's tips name them.

namespace Turnstile::Monitor::Keys {

inline QKeySequence freeze()
{
    return Qt::Key_Space;
}

inline QKeySequence record()
{
    return Qt::CTRL | Qt::Key_R;
}

inline QKeySequence connectTo()
{
    return Qt::CTRL | Qt::Key_N;
}

inline QKeySequence open()
{
    return Qt::CTRL | Qt::Key_O;
}

/// \a text with the key behind it: `Freeze the view (Space)`.
inline QString tip(const QString &text, const QKeySequence &key)
{
    return QStringLiteral("%1 (%2)").arg(text, key.toString(QKeySequence::NativeText));
}

} // namespace Turnstile::Monitor::Keys
