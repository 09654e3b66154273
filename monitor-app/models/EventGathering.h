// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/EventLog.h"

#include <functional>
#include <vector>

namespace Turnstile::Monitor {

/// What makes two events the same: they are told in one line, with a count.
struct EventKey {
    LoggedEvent::Kind kind = LoggedEvent::Kind::Connection;
    quint16 what = 0; ///< within the kind
    BucketId bucket;
    QString name;

    friend bool operator==(const EventKey &, const EventKey &) = default;
    friend size_t qHash(const EventKey &key, size_t seed = 0)
    {
        return qHashMulti(seed, quint8(key.kind), key.what, key.bucket, key.name);
    }
};

/// The events of one batch, with the same ones together. A sentence is made once for each group,
/// not for each event.
class EventGathering {
public:
    using Words = std::function<QString(int count)>;
    struct Group {
        EventKey key;
        TimePoint at; ///< of the first
        int count = 0;
        Words words;
    };

    template <typename MakeWords>
    void add(const EventKey &key, TimePoint at, const MakeWords &words, int count = 1)
    {
        if (const auto place = m_places.constFind(key); place != m_places.cend()) {
            m_groups[*place].count += count;
            return;
        }
        m_places.insert(key, m_groups.size());
        m_groups.push_back({key, at, count, words});
    }
    /// All groups by their time; none is left.
    std::vector<Group> take();

private:
    std::vector<Group> m_groups;
    QHash<EventKey, size_t> m_places;
};

} // namespace Turnstile::Monitor
