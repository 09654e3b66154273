// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/monitoring/Cbor.h"
#include "ratelimit/monitoring/MonitorCodec.h"

#include <utility>
#include <vector>

namespace Turnstile {

/// Reads one message, which may be any bytes; see MonitorCodec::decode().
class MonitorDecoder {
public:
    MonitorDecoder(QByteArrayView payload, TimePoint epoch)
        : m_in(payload)
        , m_epoch(epoch)
    {
    }

    MonitorCodec::Decoded message();

private:
    TimePoint time();
    milliseconds duration();
    int number();
    template <typename Enum> Enum name(Enum last) { return Enum(m_in.number(0, qint64(last))); }
    QString endpointName() { return m_in.text(MonitorProtocol::mostNameText); }
    template <typename Item>
    void list(std::vector<Item> *items, size_t most = MonitorProtocol::mostItems)
    {
        items->clear();
        m_in.array(most, [&] {
            items->emplace_back();
            read(&items->back());
        });
    }
    void require(bool isThere, const char *what)
    {
        if (!isThere && !m_missing && m_in.isGood())
            m_missing = what;
    }

    void read(MonitorHello *hello);
    void read(MonitorSubscribe *subscribe);
    void read(MonitorUpdate *update);
    void read(MonitorHeartbeat *heartbeat);
    void read(MonitorGoodbye *goodbye);
    void read(MonitorRequest *request);
    void read(MonitorResult *result);
    void read(BucketId *bucket) { bucket->value = m_in.unsignedNumber(); }
    void read(Bucket *bucket);
    void read(Wait *wait);
    void read(TicketInfo *ticket);
    void read(MonitorHit *hit);
    void read(AnomalyInfo *anomaly);
    void read(MonitorGlobalLimit *global);
    void read(MonitorInvalidRequests *invalid);
    void read(SharedState *shared);
    void read(SharedProcess *process);
    void read(SharedBucket *bucket);
    void read(SharedBucket::Holder *holder);
    void read(int *place) { *place = number(); }

    template <typename Message> void readInto(MonitorMessage *message)
    {
        Message read;
        this->read(&read);
        *message = std::move(read);
    }
    bool isOfOtherMajorVersion(quint64 kind);
    QString problem() const;

    CborReader m_in;
    TimePoint m_epoch;
    const char *m_missing = nullptr;
    qint64 m_otherMajor = MonitorProtocol::majorVersion;
};

} // namespace Turnstile
