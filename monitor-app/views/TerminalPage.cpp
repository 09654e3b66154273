// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TerminalPage.h"

#include "monitor-app/models/Store.h"
#include "monitor-app/models/Words.h"
#include "monitor-app/views/TerminalDetail.h"
#include "monitor-app/views/TerminalHelp.h"
#include "monitor-app/views/TerminalProcesses.h"
#include "monitor-app/views/TerminalTable.h"

#include <algorithm>

namespace Turnstile::Monitor {

using Code = TerminalKey::Code;
using Color = TerminalStyle::Color;
using State = MonitorSource::State;

namespace {
constexpr qint64 farAway = 1'000'000'000;
} // namespace

TerminalPage::TerminalPage(Store *store)
    : m_store(store)
{
}

void TerminalPage::press(const TerminalKey &key)
{
    if (m_prompt) {
        const bool goesOn = m_prompt->press(key);
        m_filter = m_prompt->filter();
        if (!goesOn)
            m_prompt.reset();
        return;
    }
    if (m_mode == Mode::Help && key != TerminalKey{Code::Character, U'q'}) {
        m_mode = Mode::Table;
        return;
    }
    switch (key.code) {
    case Code::Character:
        pressCommand(key.character);
        break;
    case Code::Enter:
        m_selected = m_current;
        m_mode = m_mode == Mode::Detail || m_current.isNull() ? Mode::Table : Mode::Detail;
        break;
    case Code::Escape:
    case Code::Backspace:
        m_mode = Mode::Table;
        break;
    default:
        pressMove(key.code);
        break;
    }
}

void TerminalPage::pressCommand(char32_t key)
{
    switch (key) {
    case U'q':
        m_left = true;
        break;
    case U'?':
    case U'h':
        m_mode = Mode::Help;
        break;
    case U' ':
        m_store->setFrozen(!m_store->isFrozen());
        break;
    case U'/':
        m_mode = Mode::Table;
        m_prompt.emplace(m_filter);
        break;
    case U'p':
        m_mode = m_mode == Mode::Processes ? Mode::Table : Mode::Processes;
        break;
    case U'c':
        m_colored = !m_colored;
        break;
    case U'r':
        m_order.reversed = !m_order.reversed;
        break;
    case U's':
        m_order = {RowOrder::Column((int(m_order.column) + 1) % RowOrder::columnCount)};
        break;
    default:
        if (const auto column = TerminalTable::columnOf(key))
            m_order = {*column, m_order.column == *column && !m_order.reversed};
        break;
    }
}

void TerminalPage::pressMove(Code code)
{
    if (code == Code::Up)
        --m_move;
    else if (code == Code::Down)
        ++m_move;
    else if (code == Code::PageUp)
        m_move -= m_pageHeight;
    else if (code == Code::PageDown)
        m_move += m_pageHeight;
    else if (code == Code::Home)
        m_move = -farAway;
    else if (code == Code::End)
        m_move = farAway;
}

std::vector<TerminalLine> TerminalPage::lines(QSize size)
{
    std::vector<TerminalLine> lines{m_status.title(*m_store, m_filter, size.width())};
    if (m_status.isOver())
        lines.push_back(m_status.banner());
    std::vector<TerminalLine> foot;
    if (m_prompt && !m_prompt->problem().isEmpty())
        foot.emplace_back(m_prompt->problem(), TerminalStyle{.color = Color::Red});
    foot.push_back(m_prompt ? m_prompt->line(size.width())
                            : m_status.line(*m_store, m_mode == Mode::Table, size.width()));

    if (m_status.age) {
        for (TerminalLine &line : terminalFigures(*m_store, size.width()))
            lines.push_back(std::move(line));
    }
    // Where there is little room, the table needs it more than the figures do.
    const int least = 3 + int(foot.size());
    if (int(lines.size()) > std::max(1, size.height() - least))
        lines.resize(size_t(std::max(1, size.height() - least)));
    else
        lines.emplace_back();
    const int height = size.height() - int(lines.size() + foot.size());
    if (height > 0) {
        for (TerminalLine &line : body({size.width(), height}))
            lines.push_back(std::move(line));
    }
    lines.resize(size_t(std::max(0, size.height() - int(foot.size()))));
    for (TerminalLine &line : foot)
        lines.push_back(std::move(line));
    if (int(lines.size()) > size.height())
        lines.erase(lines.begin(), lines.end() - size.height());
    return lines;
}

std::vector<TerminalLine> TerminalPage::body(QSize size)
{
    if (m_mode == Mode::Help)
        return terminalHelp();
    std::vector<TerminalLine> lines = table(size);
    if (m_mode == Mode::Processes) {
        lines = terminalProcesses(*m_store, size);
    } else if (m_mode == Mode::Detail) {
        const BucketRow *row = m_store->find(m_selected);
        lines = row ? terminalDetail(*m_store, *row, size)
                    : std::vector{TerminalLine(tr("The bot has forgotten this bucket."))};
    }
    if (m_status.isOver()) {
        for (TerminalLine &line : lines) {
            for (TerminalLine::Piece &piece : line.pieces)
                piece.style.color = Color::Dim;
        }
    }
    return lines;
}

std::vector<TerminalLine> TerminalPage::table(QSize size)
{
    const std::vector<int> rows = m_order.rows(*m_store, m_filter);
    m_pageHeight = std::max(1, size.height() - 1);
    choose(rows);
    if (rows.empty())
        return {TerminalLine(emptyText(), {.color = Color::Dim})};
    std::vector<TerminalLine> lines{TerminalTable::titles(m_order, size.width())};
    const int end = std::min(int(rows.size()), m_top + m_pageHeight);
    for (int index = m_top; index < end; ++index) {
        const BucketRow &row = m_store->bucketAt(rows[size_t(index)]);
        lines.push_back(TerminalTable::line(row, m_store->now(), size.width()));
        if (index == m_index)
            lines.back().select(size.width());
    }
    return lines;
}

// The selection follows its bucket, and keeps its place when the bucket goes.
void TerminalPage::choose(const std::vector<int> &rows)
{
    const int last = int(rows.size()) - 1;
    const auto idAt = [&](int index) { return m_store->bucketAt(rows[size_t(index)]).bucket.id; };
    if (!m_selected.isNull()) {
        const auto found = std::find(rows.begin(), rows.end(), m_store->rowOf(m_selected));
        if (found != rows.end())
            m_index = int(found - rows.begin());
    } else {
        m_index = 0;
    }
    const qint64 move = std::exchange(m_move, 0);
    m_index = int(std::clamp<qint64>(m_index + move, 0, std::max(0, last)));
    m_current = last < 0 ? BucketId() : idAt(m_index);
    if (move != 0)
        m_selected = m_index == 0 && m_mode == Mode::Table ? BucketId() : m_current;
    m_top = std::clamp(m_top, m_index - m_pageHeight + 1, m_index);
    m_top = std::clamp(m_top, 0, std::max(0, last + 1 - m_pageHeight));
}

QString TerminalPage::emptyText() const
{
    if (m_status.state == State::Connecting)
        return tr("Waiting for the bot ...");
    if (!m_status.age)
        return {};
    return m_store->bucketCount() > 0 ? tr("No bucket matches the filter.")
                                      : tr("The bot has not asked for anything yet.");
}

} // namespace Turnstile::Monitor
