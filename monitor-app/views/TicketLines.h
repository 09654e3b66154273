// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/TicketLog.h"

#include <QtWidgets/QWidget>

namespace Turnstile::Monitor {

struct Theme;

/// The latest tickets of a bucket, the newest first, as many as there is room for.
class TicketLines : public QWidget {
    Q_OBJECT
public:
    static constexpr size_t most = 50;

    explicit TicketLines(QWidget *parent = nullptr);
    ~TicketLines() override;

    void setTries(const std::deque<TicketTry> &tries, TimePoint now);
    void setTheme(const Theme &theme);

    /// All of them as text: `#10471 completed 200`, a tab, `112 ms`.
    QString text() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;

private:
    struct Line {
        QString what;
        QString time;
        bool isAlarming = false;

        friend bool operator==(const Line &, const Line &) = default;
    };
    static Line lineOf(const TicketTry &one, TimePoint now);

    std::vector<Line> m_lines;
    const Theme *m_theme;
};

} // namespace Turnstile::Monitor
