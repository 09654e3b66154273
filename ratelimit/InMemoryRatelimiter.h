// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/SchedulerOptions.h"
#include "ratelimit/Ratelimiter.h"

#include <memory>

namespace Turnstile {

class InMemoryRatelimiter;
class InMemoryRatelimiterPrivate;

/// The default ratelimiter: all state in this process. One per token.
///
/// A thin shell: a Scheduler decides, one precise timer wakes it, and everything that consumers say
/// in one turn of the event loop is handled in one event.
class TURNSTILE_RATELIMIT_EXPORT InMemoryRatelimiter : public Ratelimiter {
    Q_OBJECT
public:
    explicit InMemoryRatelimiter(const SchedulerOptions &options = {}, QObject *parent = nullptr);
    explicit InMemoryRatelimiter(QObject *parent);
    ~InMemoryRatelimiter() override;

    const SchedulerOptions &options() const;

    TicketReceiver *ticket(const Endpoint &endpoint, const TicketOptions &options = {}) override;
    QFuture<std::optional<Bucket>> bucket(const Endpoint &endpoint) const override;
    QFuture<bool> has(const Endpoint &endpoint) const override;
    QFuture<bool> isGloballyLocked() const override;

    /// All buckets, for a first look; in the ratelimiter's thread.
    std::vector<Bucket> buckets() const;

    /// The global limit now; in the ratelimiter's thread.
    struct GlobalUse {
        int limit = 0; ///< 0: none
        int used = 0;  ///< slots taken
        std::optional<milliseconds>
            nextFree;                       ///< until the next used slot frees by itself, if known
        std::optional<milliseconds> locked; ///< until a global 429's lock opens, if there is one
    };
    GlobalUse globalUse() const;

protected:
    bool event(QEvent *event) override;

private:
    friend class InMemoryRatelimiterPrivate;
    std::unique_ptr<InMemoryRatelimiterPrivate> d;
};

} // namespace Turnstile
