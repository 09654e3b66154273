// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/EndpointShape.h"

#include "ratelimit/core/HashIndex.h"

namespace Turnstile {

namespace {

class KnownShapes {
public:
    const EndpointShape *find(
        size_t hash, quint8 flags, QByteArrayView route, const Credential &credential) const
    {
        const auto slot = m_index.find(hash, [&](quint32 each) {
            const EndpointShape &shape = *m_shapes[each];
            return shape.flags == flags && shape.route == route && shape.credential == credential;
        });
        return slot ? m_shapes[*slot].data() : nullptr;
    }

    void add(const EndpointShape::Pointer &shape)
    {
        constexpr size_t most = 1000;
        if (m_shapes.size() == most)
            return;
        m_index.insert(shape->hash, quint32(m_shapes.size()));
        m_shapes.push_back(shape);
    }

private:
    HashIndex m_index;
    std::vector<EndpointShape::Pointer> m_shapes;
};

// Set at a thread's end, after which other objects of the thread may still make endpoints.
thread_local bool isForgotten = false;

struct ThreadShapes {
    ThreadShapes() = default;
    ~ThreadShapes() { isForgotten = true; }
    Q_DISABLE_COPY_MOVE(ThreadShapes)

    KnownShapes ofBot;
    KnownShapes ofOthers;
};

} // namespace

EndpointShape::EndpointShape(
    Method m, quint8 properties, const QByteArray &text, const Credential &sender)
    : method(m)
    , flags(properties)
    , route(text)
    , credential(sender)
    , owner(sender.fingerprint())
{
    updateHash();
}

EndpointShape::Pointer EndpointShape::shared(
    Method method, quint8 flags, QByteArrayView route, const Credential &credential)
{
    thread_local ThreadShapes known;
    if (isForgotten)
        return Pointer(new EndpointShape(method, flags, route.toByteArray(), credential));
    const QByteArray &owner = credential.fingerprint();
    KnownShapes &shapes = owner.isEmpty() ? known.ofBot : known.ofOthers;
    const size_t hash = qHash(route, qHash(owner));
    if (const EndpointShape *shape = shapes.find(hash, flags, route, credential))
        return Pointer(shape);

    // Whoever sends, the text is the same.
    const QByteArray text =
        owner.isEmpty() ? route.toByteArray() : shared(method, flags, route, {})->route;
    const Pointer shape(new EndpointShape(method, flags, text, credential));
    shapes.add(shape);
    return shape;
}

} // namespace Turnstile
