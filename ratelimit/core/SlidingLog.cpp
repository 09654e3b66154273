// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/SlidingLog.h"

#include <algorithm>
#include <vector>

namespace Turnstile {

struct SlidingLog::Moments {
    struct Moment {
        TimePoint backAt;
        int count = 0;
    };
    std::vector<Moment> moments; // earliest first
    int size = 0;

    void mergeClosest();
};

// Into the later one, so that nothing is back too early.
void SlidingLog::Moments::mergeClosest()
{
    auto closest = moments.begin();
    for (auto it = moments.begin(); it + 1 != moments.end(); ++it) {
        if (it[1].backAt - it->backAt < closest[1].backAt - closest->backAt)
            closest = it;
    }
    closest[1].count += closest->count;
    moments.erase(closest);
}

SlidingLog::SlidingLog() = default;
SlidingLog::~SlidingLog() = default;
SlidingLog::SlidingLog(SlidingLog &&other) noexcept = default;

SlidingLog::SlidingLog(const SlidingLog &other)
    : m_moments(other.m_moments ? std::make_unique<Moments>(*other.m_moments) : nullptr)
{
}

SlidingLog &SlidingLog::operator=(SlidingLog other) noexcept
{
    m_moments.swap(other.m_moments);
    return *this;
}

int SlidingLog::size() const
{
    return m_moments ? m_moments->size : 0;
}

std::optional<TimePoint> SlidingLog::nextBack() const
{
    if (!m_moments)
        return std::nullopt;
    return m_moments->moments.front().backAt;
}

void SlidingLog::add(int count, TimePoint backAt)
{
    if (count <= 0)
        return;
    if (!m_moments)
        m_moments = std::make_unique<Moments>();
    auto &moments = m_moments->moments;
    const auto place = std::upper_bound(moments.begin(), moments.end(), backAt,
        [](TimePoint time, const Moments::Moment &moment) { return time < moment.backAt; });
    moments.insert(place, {backAt, count});
    m_moments->size += count;
    if (moments.size() > size_t(maxMoments))
        m_moments->mergeClosest();
}

void SlidingLog::expireMoments(TimePoint now)
{
    auto &moments = m_moments->moments;
    auto it = moments.begin();
    for (; it != moments.end() && it->backAt <= now; ++it)
        m_moments->size -= it->count;
    if (it == moments.end())
        clear();
    else
        moments.erase(moments.begin(), it);
}

void SlidingLog::keepLatest(int count)
{
    if (count <= 0) {
        clear();
        return;
    }
    if (size() <= count)
        return;
    auto &moments = m_moments->moments;
    int surplus = m_moments->size - count;
    auto it = moments.begin();
    for (; it->count <= surplus; ++it)
        surplus -= it->count;
    it->count -= surplus;
    moments.erase(moments.begin(), it);
    m_moments->size = count;
}

void SlidingLog::clear()
{
    m_moments.reset();
}

} // namespace Turnstile
