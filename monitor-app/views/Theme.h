// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/BucketRow.h"
#include "monitor-app/models/EventLog.h"

#include <QtGui/QColor>
#include <QtGui/QFont>
#include <QtGui/QPalette>

namespace Turnstile::Monitor {

/// All colours, fonts and sizes of the window, in one place. Sizes are in device independent
/// pixels.
struct Theme {
    static const Theme &dark();
    static const Theme &light();
    /// The one that goes with a system palette: dark when its windows are.
    static const Theme &forPalette(const QPalette &palette);

    // Surfaces
    QColor window;    ///< behind everything
    QColor panel;     ///< bars, cards and tables
    QColor raised;    ///< what can be pressed, on a panel
    QColor border;    ///< around panels
    QColor separator; ///< between rows
    QColor selection; ///< a selected row
    // Text
    QColor text;
    QColor dim;   ///< labels, and numbers beside pictures
    QColor faint; ///< zeros, and what is unknown
    // Meaning
    QColor green;
    QColor amber;
    QColor red;
    QColor blue;
    QColor purple;
    QColor grey;
    QColor track;  ///< the empty part of bars and pips
    QColor queued; ///< a ticket that waits

    QColor stateColor(RowState state) const;
    QColor methodColor(QStringView method) const;
    QColor eventColor(LoggedEvent::Kind kind) const;
    /// The surface of what is highlighted in \a color.
    QColor tinted(const QColor &color) const;
    /// The surface \a base under the mouse.
    QColor hovered(const QColor &base) const;
    QPalette palette() const;
    /// Slim scroll bars without arrows.
    QString scrollBarStyle() const;
    /// Tabs that are words, the present one underlined.
    QString tabStyle() const;
    /// A box around the text of a QLabel.
    QString boxStyle(const QColor &surface, const QColor &edge) const;

    static QFont body();
    static QFont small();
    static QFont title();   ///< small and a little stronger: column titles
    static QFont label();   ///< small and strong: methods
    static QFont heading(); ///< of a panel: the body's size, and strong
    static QFont value();   ///< the big number of a card
    static QFont mono();
    static QFont code(); ///< mono in the size of body()

    static constexpr int rowHeight = 38;
    static constexpr int laneHeight = 34; ///< of the timeline
    static constexpr int headerHeight = 26;
    static constexpr int lineHeight = 22; ///< of lists of text
    static constexpr int cardHeight = 88;
    static constexpr int lowCardHeight = 76; ///< of cards in two rows
    static constexpr int buttonHeight = 28;
    static constexpr int bannerHeight = 34;
    static constexpr int barHeight = 44;
    static constexpr int statusHeight = 26;
    static constexpr int gap = 10;     ///< between panels
    static constexpr int padding = 12; ///< inside them
    static constexpr int radius = 8;
    static constexpr int buttonRadius = 5;
};

} // namespace Turnstile::Monitor
