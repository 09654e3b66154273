// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/TimelineLayout.h"

#include <algorithm>
#include <array>
#include <bit>

namespace Turnstile::Monitor {

namespace {
constexpr int rest = 3;    // the row of what overlaps with too many
constexpr int capSize = 9; // where a ticket was given up
constexpr int reach = 4;   // so far from a bar it is still meant

// Goes through the tries in order and says in which row each stands.
class Rows {
public:
    explicit Rows(const TimelineWindow &window)
        : m_window(window)
    {
    }

    int place(const TicketTry &held)
    {
        const TimePoint end = held.endedAt.value_or(TimePoint::max());
        int row = 0;
        while (row < rest && m_ends[size_t(row)] > held.queuedAt)
            ++row;
        if (row < rest)
            m_ends[size_t(row)] = end;
        return row;
    }

    bool isVisible(const TicketTry &held) const
    {
        return held.queuedAt <= m_window.until()
            && held.endedAt.value_or(m_window.now()) >= m_window.from();
    }

private:
    const TimelineWindow &m_window;
    std::array<TimePoint, rest> m_ends{TimePoint::min(), TimePoint::min(), TimePoint::min()};
};

QRect rowRect(int left, int right, int row, int rows, int height, bool isThin)
{
    const int area = rows == 1 ? height / 2 : height * 4 / 5;
    const int each = (area - (rows - 1) * 2) / rows;
    const int top = (height - rows * each - (rows - 1) * 2) / 2 + row * (each + 2);
    const int thin = isThin ? std::max(2, each * 3 / 5) : each;
    return {left, top + (each - thin) / 2, right - left, thin};
}

// The highest kind that is marked, or -1.
int topKind(unsigned marks)
{
    return int(std::bit_width(marks)) - 1;
}

class LaneLayout {
public:
    explicit LaneLayout(const TimelineWindow &window)
        : m_window(window)
        , m_width(window.width())
    {
    }

    void add(const TicketTry &held, int row)
    {
        m_rows = std::max(m_rows, row + 1);
        const int from = m_window.x(held.queuedAt);
        const int until = m_window.x(held.endedAt.value_or(m_window.now()));
        if (held.grantedAt) {
            const int granted = m_window.x(*held.grantedAt);
            addBar(row, from, granted, BarKind::Waiting);
            addBar(row, granted, until, kindOf(held));
            return;
        }
        addBar(row, from, until, BarKind::Waiting);
        if (held.endedAt)
            addBar(row, std::max(from, until - capSize), until, kindOf(held));
    }

    LaneBars bars(int height)
    {
        LaneBars bars;
        for (size_t kind = 0; kind < barKinds; ++kind) {
            bars[kind].reserve(m_pieces[kind].size());
            for (const Piece &piece : m_pieces[kind])
                bars[kind].push_back(
                    rowRect(piece.left, piece.right, piece.row, m_rows, height, kind == 0));
        }
        for (int row = 0; row < m_rows; ++row) {
            if (row == rest)
                markProfile();
            addRuns(bars, row, height);
        }
        return bars;
    }

private:
    struct Piece {
        int left;
        int right;
        int row;
    };

    void addBar(int row, int left, int right, BarKind kind)
    {
        if (right < 0 || left >= m_width)
            return;
        if (row == rest) {
            auto &changes = m_changes[size_t(kind)];
            if (changes.empty())
                changes.resize(size_t(m_width) + 1);
            const int first = std::max(left, 0);
            ++changes[size_t(first)];
            --changes[size_t(std::clamp(right, first + 1, m_width))];
        } else if (right > left) {
            m_pieces[size_t(kind)].push_back({left, right, row});
        } else {
            mark(row, left, 1u << unsigned(kind));
        }
    }

    void mark(int row, int x, unsigned marks)
    {
        auto &columns = m_columns[size_t(row)];
        if (columns.empty())
            columns.resize(size_t(m_width));
        columns[size_t(x)] = quint8(columns[size_t(x)] | marks);
    }

    void markProfile()
    {
        std::array<int, barKinds> counts{};
        for (int x = 0; x < m_width; ++x) {
            unsigned marks = 0;
            for (size_t kind = 0; kind < barKinds; ++kind) {
                if (m_changes[kind].empty())
                    continue;
                counts[kind] += m_changes[kind][size_t(x)];
                marks |= counts[kind] > 0 ? 1u << kind : 0;
            }
            if (marks != 0)
                mark(rest, x, marks);
        }
    }

    void addRuns(LaneBars &bars, int row, int height) const
    {
        const auto &columns = m_columns[size_t(row)];
        const int count = int(columns.size());
        for (int x = 0; x < count;) {
            const int kind = topKind(columns[size_t(x)]);
            int end = x + 1;
            while (end < count && topKind(columns[size_t(end)]) == kind)
                ++end;
            if (kind >= 0)
                bars[size_t(kind)].push_back(rowRect(x, end, row, m_rows, height, kind == 0));
            x = end;
        }
    }

    const TimelineWindow &m_window;
    int m_width;
    int m_rows = 1;
    std::array<std::vector<Piece>, barKinds> m_pieces;
    std::array<std::vector<quint8>, rest + 1> m_columns; // bits by kind
    std::array<std::vector<int>, barKinds> m_changes;    // of the last row: how many begin and end
};

// The visible tries with their bars.
template <typename Visit>
void visitTries(
    const std::deque<TicketTry> &tries, const TimelineWindow &window, int height, Visit visit)
{
    std::vector<std::pair<const TicketTry *, int>> visible;
    Rows rows(window);
    int count = 1;
    for (const TicketTry &held : tries) {
        const int row = rows.place(held);
        if (!rows.isVisible(held))
            continue;
        count = std::max(count, row + 1);
        visible.emplace_back(&held, row);
    }
    for (const auto &[held, row] : visible) {
        const int left = window.x(held->queuedAt);
        const int right = std::max(left + 1, window.x(held->endedAt.value_or(window.now())));
        visit(*held, rowRect(left, right, row, count, height, false));
    }
}
} // namespace

BarKind kindOf(const TicketTry &held)
{
    if (held.isRateLimited())
        return BarKind::RateLimited;
    if (!held.endedAt)
        return held.grantedAt ? BarKind::InFlight : BarKind::Waiting;
    switch (held.state) {
    case TicketState::Completed:
        return held.status >= 400 ? BarKind::Failed : BarKind::Completed;
    case TicketState::Lost:
    case TicketState::TimedOut:
        return BarKind::Failed;
    default:
        return BarKind::GivenUp;
    }
}

LaneBars layoutLane(const std::deque<TicketTry> &tries, const TimelineWindow &window, int height)
{
    Rows rows(window);
    LaneLayout layout(window);
    for (const TicketTry &held : tries) {
        const int row = rows.place(held);
        if (rows.isVisible(held))
            layout.add(held, row);
    }
    return layout.bars(height);
}

PlacedTry tryAt(const std::deque<TicketTry> &tries, const TimelineWindow &window, int height,
    const QPoint &point)
{
    PlacedTry best;
    int nearest = 2 * reach + 2;
    visitTries(tries, window, height, [&](const TicketTry &held, const QRect &rect) {
        const int aside = std::max({rect.left() - point.x(), point.x() - rect.right(), 0});
        const int above = std::max({rect.top() - point.y(), point.y() - rect.bottom(), 0});
        // Of those that overlap, what is on its way there, then the youngest.
        const bool isWait = held.grantedAt && point.x() < window.x(*held.grantedAt);
        const int distance = std::max(aside, above) * 2 + (isWait ? 1 : 0);
        if (distance / 2 > reach || (best.held && distance > nearest))
            return;
        nearest = distance;
        best = {&held, rect};
    });
    return best;
}

PlacedTry tryOf(
    const std::deque<TicketTry> &tries, const TimelineWindow &window, int height, quint64 number)
{
    PlacedTry found;
    visitTries(tries, window, height, [&](const TicketTry &held, const QRect &rect) {
        if (held.number == number)
            found = {&held, rect};
    });
    return found;
}

} // namespace Turnstile::Monitor
