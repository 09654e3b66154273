// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/EndpointShape.h"
#include "ratelimit/core/PathSegments.h"

namespace Turnstile {

/// What an endpoint holds. Of this there is one for each channel of each route, so it is kept at 40
/// bytes; whatever may be shared belongs in the EndpointShape.
class EndpointData : public QSharedData {
public:
    /// Of an endpoint that names nothing.
    EndpointData();
    EndpointData(Method method, const Segments &segments, const Credential &sender);

    /// For core's own sources: what \a endpoint tells, without a call for each question.
    static const EndpointData &of(const Endpoint &endpoint)
    {
        return endpoint.d ? *endpoint.d : nothing();
    }

    bool hasLaneOf(const EndpointData &other) const
    {
        return laneHash == other.laneHash && major == other.major && shape->hasLaneOf(*other.shape);
    }
    QByteArray lane() const { return shape->route + place(); }
    // '#' never occurs within a segment, so that no path can look like another one's key.
    QByteArray place() const { return '#' + major + '#' + shape->owner; }
    /// For people, but not yet printable.
    QByteArray shown() const;
    void setVariant(EndpointShape::Variant value);

    quint32 laneHash = 0;
    QByteArray major;
    EndpointShape::Pointer shape;

private:
    static const EndpointData &nothing();
    void updateHash() { laneHash = quint32(qHash(major, shape->hash)); }
};

} // namespace Turnstile
