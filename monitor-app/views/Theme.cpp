// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/Theme.h"

#include <QtGui/QFontDatabase>

namespace Turnstile::Monitor {

namespace {
QFont font(int pixelSize, QFont::Weight weight)
{
    static const bool hasInter = QFontDatabase::hasFamily(QStringLiteral("Inter"));
    QFont font = hasInter ? QFont(QStringLiteral("Inter"))
                          : QFontDatabase::systemFont(QFontDatabase::GeneralFont);
    font.setPixelSize(pixelSize);
    font.setWeight(weight);
    font.setHintingPreference(QFont::PreferNoHinting); // even spacing, also at small sizes
    return font;
}

QFont monoFont(int pixelSize)
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setPixelSize(pixelSize);
    return font;
}

QColor mixed(const QColor &base, const QColor &color, float share)
{
    const auto mix = [share](float a, float b) { return a + (b - a) * share; };
    return QColor::fromRgbF(mix(base.redF(), color.redF()), mix(base.greenF(), color.greenF()),
        mix(base.blueF(), color.blueF()));
}
} // namespace

const Theme &Theme::dark()
{
    static const Theme theme{
        .window = QColor(0x15181d),
        .panel = QColor(0x1b1f26),
        .raised = QColor(0x252b34),
        .border = QColor(0x2a303a),
        .separator = QColor(0x20252d),
        .selection = QColor(0x22314a),
        .text = QColor(0xd7dce4),
        .dim = QColor(0x8a93a6),
        .faint = QColor(0x5c6470),
        .green = QColor(0x3fb27f),
        .amber = QColor(0xe0a33a),
        .red = QColor(0xd9534f),
        .blue = QColor(0x4f8fe6),
        .purple = QColor(0xa974d6),
        .grey = QColor(0x8a93a6),
        .track = QColor(0x2a303a),
        .queued = QColor(0x4a5262),
    };
    return theme;
}

const Theme &Theme::light()
{
    static const Theme theme{
        .window = QColor(0xf1f3f6),
        .panel = QColor(0xffffff),
        .raised = QColor(0xf4f6f8),
        .border = QColor(0xd9dee5),
        .separator = QColor(0xedf0f3),
        .selection = QColor(0xdce8fa),
        .text = QColor(0x1f2630),
        .dim = QColor(0x5f6b7c),
        .faint = QColor(0x98a2b0),
        .green = QColor(0x22915f),
        .amber = QColor(0xc07d0c),
        .red = QColor(0xc93c37),
        .blue = QColor(0x2f6fd0),
        .purple = QColor(0x8547bd),
        .grey = QColor(0x7b8698),
        .track = QColor(0xe4e8ed),
        .queued = QColor(0xb3bcc8),
    };
    return theme;
}

const Theme &Theme::forPalette(const QPalette &palette)
{
    return palette.color(QPalette::Window).lightness() < 128 ? dark() : light();
}

QColor Theme::stateColor(RowState state) const
{
    switch (state) {
    case RowState::Paused:
    case RowState::GloballyLocked:
    case RowState::RedisAway:
    case RowState::RouteLimited:
        return red;
    case RowState::Exhausted:
    case RowState::InUseElsewhere:
    case RowState::OthersFirst:
        return amber;
    case RowState::Probing:
        return blue;
    case RowState::Open:
        return green;
    case RowState::Exempt:
        return grey;
    case RowState::Idle:
        return faint;
    }
    Q_UNREACHABLE();
}

QColor Theme::eventColor(LoggedEvent::Kind kind) const
{
    switch (kind) {
    case LoggedEvent::Kind::GlobalLock:
    case LoggedEvent::Kind::RateLimited:
        return red;
    case LoggedEvent::Kind::Failure:
        return amber;
    case LoggedEvent::Kind::Anomaly:
        return purple;
    case LoggedEvent::Kind::Bucket:
        return blue;
    case LoggedEvent::Kind::Connection:
        return grey;
    case LoggedEvent::Kind::Control:
        return green;
    }
    Q_UNREACHABLE();
}

QColor Theme::methodColor(QStringView method) const
{
    if (method == u"GET" || method == u"HEAD")
        return blue;
    if (method == u"POST")
        return green;
    if (method == u"PUT")
        return purple;
    if (method == u"PATCH")
        return amber;
    if (method == u"DELETE")
        return red;
    return dim;
}

QColor Theme::tinted(const QColor &color) const
{
    return mixed(panel, color, 0.16f);
}

QColor Theme::hovered(const QColor &base) const
{
    return mixed(base, text, 0.07f);
}

QPalette Theme::palette() const
{
    QPalette palette;
    palette.setColor(QPalette::Window, window);
    palette.setColor(QPalette::Base, panel);
    palette.setColor(QPalette::AlternateBase, raised);
    palette.setColor(QPalette::Button, raised);
    palette.setColor(QPalette::ToolTipBase, raised);
    palette.setColor(QPalette::Highlight, selection);
    for (QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText,
             QPalette::ToolTipText, QPalette::HighlightedText})
        palette.setColor(role, text);
    palette.setColor(QPalette::PlaceholderText, dim);
    for (QPalette::ColorRole role :
        {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText})
        palette.setColor(QPalette::Disabled, role, faint);
    palette.setColor(QPalette::Disabled, QPalette::Light, panel); // no embossed texts in menus
    return palette;
}

QString Theme::scrollBarStyle() const
{
    return QStringLiteral(
        "QScrollBar { background: transparent; }"
        "QScrollBar:vertical { width: 10px; } QScrollBar:horizontal { height: 10px; }"
        "QScrollBar::handle { background: %1; border-radius: 3px; margin: 2px; }"
        "QScrollBar::handle:vertical { min-height: 28px; }"
        "QScrollBar::handle:horizontal { min-width: 28px; }"
        "QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }"
        "QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }")
        .arg(queued.name());
}

QString Theme::tabStyle() const
{
    return QStringLiteral(
        "QTabBar { background: transparent; }"
        "QTabBar::tab { background: transparent; color: %1; padding: 3px 2px 4px 2px;"
        " margin: 0 10px 2px %4px; border: 0; border-bottom: 2px solid transparent; }"
        "QTabBar::tab:selected { color: %2; border-bottom-color: %3; }"
        "QTabBar::tab:hover { color: %2; }"
        "QTabBar::tab:focus { color: %2; border-bottom-color: %2; }")
        .arg(dim.name(), text.name(), blue.name(), QString::number(padding));
}

QString Theme::boxStyle(const QColor &surface, const QColor &edge) const
{
    return QStringLiteral("QLabel { background: %1; color: %2; border: 1px solid %3;"
                          "border-radius: 6px; padding: %4px; }")
        .arg(surface.name(), text.name(), edge.name(), QString::number(padding));
}

QFont Theme::body()
{
    return font(13, QFont::Normal);
}

QFont Theme::small()
{
    return font(11, QFont::Normal);
}

QFont Theme::title()
{
    return font(11, QFont::Medium);
}

QFont Theme::label()
{
    return font(11, QFont::DemiBold);
}

QFont Theme::heading()
{
    return font(13, QFont::DemiBold);
}

QFont Theme::value()
{
    return font(20, QFont::DemiBold);
}

QFont Theme::mono()
{
    return monoFont(11);
}

QFont Theme::code()
{
    return monoFont(13);
}

} // namespace Turnstile::Monitor
