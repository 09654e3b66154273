// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/UpdateBatch.h"

#include <QtCore/QHash>
#include <QtCore/QString>

namespace Turnstile::Monitor {

/// Makes one bucket of all interactions. Each interaction has buckets of its own, which live for a
/// minute: hundreds of rows with the same name, of which nobody reads one. Together they say how
/// many callbacks are on their way and whether any waits.
///
/// Buckets that are exempt from the global limit and have the same name are one: the numbers of
/// tickets are sums, tokens and reset those of the one with the fewest tokens.
class ExemptGroups {
public:
    void clear();

    /// \a batch as if there were one bucket for each group.
    UpdateBatch merged(UpdateBatch batch);

private:
    struct Group {
        BucketId shown; // of the first member: the name of the row as long as there is one
        QHash<BucketId, Bucket> members;
        quint64 granted = 0; // by members that were forgotten
        quint64 rateLimited = 0;
    };
    static Bucket sum(const Group &group);

    QHash<QString, Group> m_groups; // by the name of the endpoint
    QHash<BucketId, QString> m_names;
};

} // namespace Turnstile::Monitor
