// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/testing/ServerModel.h"
#include "tests/soak/Judge.h"
#include "tests/soak/Outcome.h"
#include "tests/soak/Random.h"

#include <vector>

namespace Turnstile::Soak {

/// The API in virtual time: the rules of Places, and what goes wrong with servers.
class VirtualServer {
public:
    VirtualServer(Random *random, Judge *judge, const Quota &global, Settings::Sabotage sabotage);

    /// \a request arrives; its headers are those of the answer. Returns false when there will be
    /// none. Tells \a outcome of 429s.
    bool arrive(Request &request, TimePoint now, Outcome *outcome);

    /// It is another process now: all windows are new, and its clock is not quite the same.
    void restart(TimePoint now);
    /// The buckets of one rule, all over the API, have another name from now on, and new counters.
    void renameOne();

    quint64 requests() const { return m_requests; }

private:
    void setUp();
    BucketRule ruleOf(size_t index) const;
    std::optional<LimitKind> scripted(const Request &request);
    ServerReply refusal(const Request &request, LimitKind kind, TimePoint now);
    void spoil(const Request &request, ServerReply *reply);
    void answer(Request &request, const ServerReply &reply) const;
    void judge(const Request &request, TimePoint now, Outcome *outcome);

    Random *m_random;
    Judge *m_judge;
    const Quota m_global;
    const Settings::Sabotage m_sabotage;
    ServerModel m_model;
    WallTime m_epoch;
    std::vector<int> m_versions; // of the rules' names
    quint64 m_requests = 0;
};

} // namespace Turnstile::Soak
