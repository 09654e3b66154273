// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/TicketError.h"
#include "ratelimit/ticket/TicketHeaders.h"
#include "ratelimit/ticket/TicketSender.h"

#include <QtCore/QEvent>
#include <QtCore/QFuture>
#include <QtCore/QMutex>
#include <QtCore/QPromise>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

namespace Turnstile {

class TicketReceiver;

/// What the ends of a ticket share.
///
/// ```
/// Waiting -> Granted -> Ended
///    ^          | retry
///    +----------+
/// ```
/// The mutex is never held while code of users runs: callbacks, slots, continuations and the
/// destructors of what they captured. Whatever holds such code is moved out first.
class TicketChannelState : public std::enable_shared_from_this<TicketChannelState> {
public:
    using Outcome = TicketHeaders::Outcome;
    using WhenDone = std::function<void(const Outcome &)>;
    using HeadersPromise = QPromise<std::optional<RatelimitHeaders>>;
    using SenderPromise = QPromise<TicketSender>;

    // For TicketNotifier.
    void keep(std::shared_ptr<const void> context) { m_context = std::move(context); }
    int grant(); ///< the number of the attempt; 0 when the ticket cannot be granted
    bool isCancelled() const;
    void setWhenCancelled(std::function<void()> cancelled); ///< which may destroy this
    void reject(TicketError error);
    void notifierGone();

    // For TicketHeaders.
    QFuture<std::optional<RatelimitHeaders>> headersFuture(int attempt);
    void setWhenDone(int attempt, WhenDone done);              ///< which may destroy this
    void setWhenSent(int attempt, std::function<void()> sent); ///< which may destroy this
    TicketSender sender(int attempt) const;
    bool withdraw(int attempt);
    void stopWaiting(int attempt);
    void headersGone(int attempt);

    // For TicketSender.
    bool sent(int attempt);
    bool complete(int attempt, const Outcome &outcome);

    // For TicketReceiver; in its thread, unless said otherwise.
    void setReceiver(TicketReceiver *receiver);
    QFuture<TicketSender> senderFuture();
    void listen(); ///< any thread
    enum class Consumer : quint8 { Stays, Gone };
    void cancel(Consumer consumer);
    static QEvent::Type deliveryEvent(); ///< what comes to the receiver when deliver() has work
    void deliver(); ///< emits what there is to emit; slots may destroy the receiver
    TicketError error() const;
    bool autoDelete() const;
    void setAutoDelete(bool on);

private:
    enum class Phase : quint8 { Waiting, Granted, Ended };

    /// What must be called or destroyed when the mutex is free.
    struct Leftovers {
        WhenDone done;
        std::unique_ptr<HeadersPromise> promise;
        std::function<void()> sent;
        std::function<void()> cancelled;
        std::shared_ptr<TicketGrant> undelivered;
    };

    bool isGranted(int attempt) const { return m_phase == Phase::Granted && m_attempt == attempt; }
    bool isLate(int attempt) const { return m_late && m_attempt == attempt; }
    bool isListening() const { return m_connected || m_senderPromise; }
    void end(); ///< the ticket is over, after it was granted
    void fail(TicketError error);
    bool withdraw(int attempt, Leftovers &leftovers);
    void settle(const Outcome &outcome, Leftovers &leftovers, std::function<void()> &cancelled);
    void giveUp(); ///< the consumer does not want it any more
    void post();
    Leftovers takeGrant();
    static void tell(Leftovers &leftovers, const Outcome &outcome);

    std::shared_ptr<const void> m_context; // of the functions; dies last
    mutable QMutex m_mutex;
    Phase m_phase = Phase::Waiting;
    int m_attempt = 0;
    bool m_autoDelete = true;
    bool m_cancelled = false;
    bool m_notifierGone = false;
    bool m_connected = false; // somebody has connected to available()
    bool m_posted = false;    // an event is on its way to the receiver
    bool m_failureTold = false;
    bool m_sent = false;
    bool m_late = false; // ended, and the word of the last grant is still passed on
    TicketReceiver *m_receiver = nullptr; // there is one while the ticket waits
    TicketError m_error;
    std::function<void()> m_whenCancelled;
    std::function<void()> m_whenSent;
    WhenDone m_whenDone;
    std::optional<Outcome> m_outcome; // came before anybody asked for it
    std::unique_ptr<HeadersPromise> m_headersPromise;
    std::unique_ptr<SenderPromise> m_senderPromise;
    std::shared_ptr<TicketGrant> m_undelivered; // granted, and the receiver was not told yet
    std::weak_ptr<TicketGrant> m_grant;
};

/// One grant of a ticket: what the copies of a sender share. The last one gives the word, if none
/// was given: unused, or lost where nobody can tell any more.
class TicketGrant {
public:
    TicketGrant(std::shared_ptr<TicketChannelState> state, int attempt);
    ~TicketGrant();
    Q_DISABLE_COPY_MOVE(TicketGrant)

    bool sent() { return m_state->sent(m_attempt); }
    bool complete(const Response &response, bool retry = false, milliseconds wait = {})
    {
        return m_state->complete(m_attempt, {response, retry, wait});
    }
    void setStamped() { m_stamped = true; }

private:
    const std::shared_ptr<TicketChannelState> m_state;
    const int m_attempt;
    std::atomic<bool> m_stamped = false;
};

} // namespace Turnstile
