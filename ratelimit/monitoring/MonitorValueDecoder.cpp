// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/MonitorDecoder.h"
#include "ratelimit/monitoring/MonitorKeys.h"

#include <algorithm>

namespace Turnstile {

using namespace Wire;
using Protocol = MonitorProtocol;

TimePoint MonitorDecoder::time()
{
    return m_epoch + std::chrono::microseconds(m_in.number(-mostMicroseconds, mostMicroseconds));
}

milliseconds MonitorDecoder::duration()
{
    return std::chrono::ceil<milliseconds>(
        std::chrono::microseconds(m_in.number(0, mostMicroseconds)));
}

int MonitorDecoder::number()
{
    return int(m_in.number(0, mostInt));
}

void MonitorDecoder::read(Bucket *bucket)
{
    bucket->state = BucketState(0); // as a field that is not there says
    m_in.map([&](quint64 key) {
        switch (key) {
        case BucketKey::Id:
            read(&bucket->id);
            break;
        case BucketKey::Hash:
            bucket->hash = m_in.bytes(Protocol::mostIdBytes);
            break;
        case BucketKey::MajorResource:
            bucket->majorResource = m_in.bytes(Protocol::mostIdBytes);
            break;
        case BucketKey::State:
            bucket->state = name(BucketState::Idle);
            break;
        case BucketKey::Exempt:
            bucket->exempt = m_in.boolean();
            break;
        case BucketKey::Limit:
            bucket->limit = number();
            break;
        case BucketKey::Remaining:
            bucket->remaining = number();
            break;
        case BucketKey::ResetAt:
            bucket->resetAt = time();
            break;
        case BucketKey::Window:
            bucket->window = duration();
            break;
        case BucketKey::Queued:
            bucket->queued = number();
            break;
        case BucketKey::InFlight:
            bucket->inFlight = number();
            break;
        case BucketKey::Granted:
            bucket->granted = m_in.unsignedNumber();
            break;
        case BucketKey::RateLimited:
            bucket->rateLimited = m_in.unsignedNumber();
            break;
        case BucketKey::OldestAskedAt:
            bucket->oldestAskedAt = time();
            break;
        case BucketKey::Wait:
            read(&bucket->wait.emplace());
            break;
        case BucketKey::Name:
            bucket->name = endpointName();
            break;
        case BucketKey::Lanes:
            bucket->lanes = number();
            break;
        default:
            return false;
        }
        return true;
    });
    require(!bucket->id.isNull(), "the id of a bucket");
}

void MonitorDecoder::read(Wait *wait)
{
    m_in.map([&](quint64 key) {
        switch (key) {
        case WaitKey::Reason:
            wait->reason = name(WaitReason::Lease);
            break;
        case WaitKey::Until:
            wait->until = time();
            break;
        case WaitKey::Behind:
            wait->behind.value = m_in.unsignedNumber();
            break;
        default:
            return false;
        }
        return true;
    });
}

void MonitorDecoder::read(TicketInfo *ticket)
{
    m_in.map([&](quint64 key) {
        switch (key) {
        case TicketKey::Id:
            ticket->id.value = m_in.unsignedNumber();
            break;
        case TicketKey::Lane:
            ticket->lane.value = m_in.unsignedNumber();
            break;
        case TicketKey::Bucket:
            read(&ticket->bucket);
            break;
        case TicketKey::State:
            ticket->state = name(TicketState::Rejected);
            break;
        case TicketKey::Name:
            ticket->name = endpointName();
            break;
        case TicketKey::Attempt:
            ticket->attempt = number();
            break;
        case TicketKey::Status:
            ticket->status = number();
            break;
        case TicketKey::Error:
            ticket->error = name(TicketError::Code::Other);
            break;
        case TicketKey::Reason:
            ticket->reason = name(WaitReason::Lease);
            break;
        case TicketKey::At:
            ticket->at = time();
            break;
        case TicketKey::AskedAt:
            ticket->askedAt = time();
            break;
        case TicketKey::GrantedAt:
            ticket->grantedAt = time();
            break;
        default:
            return false;
        }
        return true;
    });
    require(!ticket->id.isNull(), "the id of a ticket");
}

void MonitorDecoder::read(MonitorHit *hit)
{
    m_in.map([&](quint64 key) {
        switch (key) {
        case HitKey::At:
            hit->at = time();
            break;
        case HitKey::Ticket:
            hit->hit.ticket.value = m_in.unsignedNumber();
            break;
        case HitKey::Bucket:
            read(&hit->hit.bucket);
            break;
        case HitKey::Kind:
            hit->hit.kind = name(LimitKind::Cloudflare);
            break;
        case HitKey::Scope:
            hit->hit.scope = name(Scope::Unknown);
            break;
        case HitKey::Name:
            hit->hit.name = endpointName();
            break;
        case HitKey::RetryAfter:
            hit->hit.retryAfter = duration();
            break;
        default:
            return false;
        }
        return true;
    });
}

void MonitorDecoder::read(AnomalyInfo *anomaly)
{
    m_in.map([&](quint64 key) {
        switch (key) {
        case AnomalyKey::Kind:
            anomaly->kind = name(Anomaly::ClockJumped);
            break;
        case AnomalyKey::Bucket:
            read(&anomaly->bucket);
            break;
        case AnomalyKey::Name:
            anomaly->name = endpointName();
            break;
        case AnomalyKey::At:
            anomaly->at = time();
            break;
        default:
            return false;
        }
        return true;
    });
}

void MonitorDecoder::read(MonitorGlobalLimit *global)
{
    m_in.map([&](quint64 key) {
        switch (key) {
        case GlobalKey::Limit:
            global->limit = number();
            break;
        case GlobalKey::Used:
            global->used = number();
            break;
        case GlobalKey::NextFreeAt:
            global->nextFreeAt = time();
            break;
        case GlobalKey::LockedUntil:
            global->lockedUntil = time();
            break;
        default:
            return false;
        }
        return true;
    });
}

void MonitorDecoder::read(MonitorInvalidRequests *invalid)
{
    m_in.map([&](quint64 key) {
        switch (key) {
        case InvalidKey::Count:
            invalid->count = number();
            break;
        case InvalidKey::Limit:
            invalid->limit = number();
            break;
        default:
            return false;
        }
        return true;
    });
}

// Whoever is named has to be in the list of processes.
static bool arePlaces(const SharedState &shared)
{
    const auto isPlace = [count = shared.processes.size()](
                             int place) { return size_t(place) < count; };
    return std::all_of(
        shared.buckets.begin(), shared.buckets.end(), [&isPlace](const SharedBucket &bucket) {
            return std::all_of(bucket.waiting.begin(), bucket.waiting.end(), isPlace)
                && std::all_of(bucket.holders.begin(), bucket.holders.end(),
                    [&isPlace](const auto &holder) { return isPlace(holder.process); });
        });
}

void MonitorDecoder::read(SharedState *shared)
{
    m_in.map([&](quint64 key) {
        switch (key) {
        case SharedKey::At:
            shared->at = time();
            break;
        case SharedKey::Problem:
            shared->problem = m_in.text(Protocol::mostText);
            break;
        case SharedKey::Processes:
            list(&shared->processes, SharedState::mostProcesses);
            break;
        case SharedKey::Buckets:
            list(&shared->buckets, SharedState::mostBuckets);
            break;
        case SharedKey::MoreBuckets:
            shared->moreBuckets = number();
            break;
        default:
            return false;
        }
        return true;
    });
    if (!arePlaces(*shared))
        m_in.fail(CborReader::Problem::OutOfRange);
}

void MonitorDecoder::read(SharedProcess *process)
{
    m_in.map([&](quint64 key) {
        switch (key) {
        case ProcessKey::Id:
            process->id = endpointName();
            break;
        case ProcessKey::Name:
            process->name = endpointName();
            break;
        case ProcessKey::Pid:
            process->pid = m_in.number(0, std::numeric_limits<qint64>::max());
            break;
        case ProcessKey::Host:
            process->host = endpointName();
            break;
        case ProcessKey::HeardAt:
            process->heardAt = time();
            break;
        case ProcessKey::Own:
            process->isOwn = m_in.boolean();
            break;
        case ProcessKey::WaitsForAll:
            process->waitsForAll = m_in.boolean();
            break;
        case ProcessKey::Leases:
            process->leases = number();
            break;
        default:
            return false;
        }
        return true;
    });
}

void MonitorDecoder::read(SharedBucket *bucket)
{
    m_in.map([&](quint64 key) {
        switch (key) {
        case SharedBucketKey::Bucket:
            read(&bucket->bucket);
            break;
        case SharedBucketKey::Name:
            bucket->name = endpointName();
            break;
        case SharedBucketKey::Hash:
            bucket->hash = m_in.bytes(Protocol::mostIdBytes);
            break;
        case SharedBucketKey::MajorResource:
            bucket->majorResource = m_in.bytes(Protocol::mostIdBytes);
            break;
        case SharedBucketKey::Holders:
            list(&bucket->holders, SharedState::mostNamed);
            break;
        case SharedBucketKey::Waiting:
            list(&bucket->waiting, SharedState::mostNamed);
            break;
        case SharedBucketKey::MoreHolders:
            bucket->moreHolders = number();
            break;
        case SharedBucketKey::MoreWaiting:
            bucket->moreWaiting = number();
            break;
        default:
            return false;
        }
        return true;
    });
}

void MonitorDecoder::read(SharedBucket::Holder *holder)
{
    m_in.map([&](quint64 key) {
        switch (key) {
        case HolderKey::Process:
            holder->process = number();
            break;
        case HolderKey::Leases:
            holder->leases = number();
            break;
        default:
            return false;
        }
        return true;
    });
}

} // namespace Turnstile
