// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/BucketRow.h"

#include <QtCore/QStringList>

#include <span>

/// \file
/// The vocabulary of filters: what may stand before a colon and, where there is a choice, behind.

namespace Turnstile::Monitor {

/// What a term of a filter looks at.
enum class FilterKey : quint8 {
    Text, ///< a word without a colon
    Method,
    State,
    Queued,
    InFlight,
    Remaining,
    Limit,
    Hits,
    Wait,
    Reset,
    Rate,
    Bucket,
    Major,
};

/// What a key compares with.
enum class FilterValue : quint8 { Text, Method, State, Count, Decimal, Duration };

/// A key as people type it.
struct FilterKeyInfo {
    FilterKey key;
    FilterValue value;
    const char *name;
    const char *example; ///< a value, for sentences and completion
    const char *about;   ///< untranslated, see description()

    QString description() const;
};
std::span<const FilterKeyInfo> filterKeys();
const FilterKeyInfo *filterKey(QStringView name); ///< null when there is none
/// The key that somebody may have meant; null when none is near.
const FilterKeyInfo *nearestFilterKey(QStringView name);

/// A name of a state. The first one of each state is what completion offers; others are aliases.
struct FilterState {
    const char *name;
    RowState state;
    bool isAlias;
};
std::span<const FilterState> filterStates();
/// Case, blanks and hyphens do not matter: `Global-Lock`. Null when there is none.
const FilterState *filterState(const QString &name);

QStringList filterMethods();

} // namespace Turnstile::Monitor
