// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QVarLengthArray>

#include <string_view>

namespace Turnstile {

using Segment = std::string_view;
inline constexpr size_t maxPathLength = 2048;
inline constexpr qsizetype maxSegments = 16; // the longest documented route has 7
using Segments = QVarLengthArray<Segment, maxSegments>;

/// The segments of a path, or of a whole URL: what lies between `/api/v10` and the query. Empty
/// when there are none, or more than can be right. They point into \a path.
Segments splitPath(std::string_view path);

/// Whether a segment that no documented route explains is an identifier: a snowflake, or the name
/// and id of an emoji.
bool looksLikeId(Segment segment);

/// Whether a segment that no documented route explains may be a token: long, or such a mixture of
/// characters as no word is.
bool looksSecret(Segment segment);

/// The token of an interaction is Base64 of "interaction:<id>:<secret>" (inferred). Webhooks of
/// applications, which take follow-ups, have such tokens; other webhooks never have.
bool isInteractionToken(Segment token);

/// 128 bits of SHA-256, in hex: enough to tell secrets apart, of no use to get them back.
QByteArray fingerprintOf(QByteArrayView secret);

} // namespace Turnstile
