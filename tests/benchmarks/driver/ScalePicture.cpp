// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/benchmarks/driver/Scale.h"

#include <QtCore/QPointF>

#include <array>
#include <cmath>

namespace Turnstile::Bench {

namespace {
constexpr double plotWidth = 300;
constexpr double plotHeight = 200;
constexpr double marginLeft = 58;
constexpr double marginTop = 66;
constexpr double marginBottom = 44;
constexpr double chartWidth = marginLeft + plotWidth + 22;
constexpr double height = marginTop + plotHeight + marginBottom;

const char style[] = R"(<style>
svg { font: 12px system-ui, sans-serif; --ink: #1f2328; --dim: #59636e; --grid: #d8dee4;
  --first: #0b62c4; --second: #b35900; --paper: #ffffff; }
@media (prefers-color-scheme: dark) { svg { --ink: #e6edf3; --dim: #9aa4af; --grid: #30363d;
  --first: #6cb0ff; --second: #f0a04b; --paper: #0d1117; } }
.paper { fill: var(--paper); } text { fill: var(--dim); } .title { fill: var(--ink);
  font-weight: 600; } .grid { stroke: var(--grid); } .c0 { --own: var(--first); }
.c1 { --own: var(--second); } .c0 text, .c1 text { fill: var(--own); }
polyline { fill: none; stroke: var(--own); stroke-width: 2; } circle { fill: var(--own); }
.spread { stroke: var(--own); stroke-width: 1; }
</style>
)";

QString coordinate(double value)
{
    return QString::number(value, 'f', 1);
}

// "1k", "200k", "1M"
QString shortNumber(double value)
{
    if (value >= 1e6)
        return QStringLiteral("%1M").arg(value / 1e6);
    return value >= 1e3 ? QStringLiteral("%1k").arg(value / 1e3) : QString::number(value);
}

// The smallest of 1, 2, 2.5 or 5 times a power of ten of which four are enough.
double tickFor(double most)
{
    const double power = std::pow(10, std::floor(std::log10(most / 4)));
    for (const double step : {1.0, 2.0, 2.5, 5.0}) {
        if (step * power * 4 >= most)
            return step * power;
    }
    return 10 * power;
}

QString text(
    double x, double y, const QString &anchor, const QString &words, const QString &kind = {})
{
    return QStringLiteral("<text x=\"%1\" y=\"%2\" text-anchor=\"%3\" class=\"%4\">%5</text>\n")
        .arg(coordinate(x), coordinate(y), anchor, kind, words.toHtmlEscaped());
}

QString line(const QPointF &from, const QPointF &to, const QString &kind)
{
    return QStringLiteral("<line x1=\"%1\" y1=\"%2\" x2=\"%3\" y2=\"%4\" class=\"%5\"/>\n")
        .arg(coordinate(from.x()), coordinate(from.y()), coordinate(to.x()), coordinate(to.y()),
            kind);
}

class Plot {
public:
    Plot(const QList<double> &sizes, const Chart &chart)
        : m_sizes(sizes)
        , m_chart(chart)
        , m_tick(tickFor(most()))
    {
    }

    QString svg() const
    {
        QString picture =
            text(marginLeft, 22, QStringLiteral("start"), m_chart.title, QStringLiteral("title"));
        for (int i = 0; i <= 4; ++i) {
            const double y = yOf(i * m_tick);
            picture += line({marginLeft, y}, {marginLeft + plotWidth, y}, QStringLiteral("grid"))
                + text(marginLeft - 8, y + 4, QStringLiteral("end"), shortNumber(i * m_tick));
        }
        for (double size = m_sizes.constFirst(); size <= m_sizes.constLast(); size *= 10)
            picture += text(xOf(size), marginTop + plotHeight + 18, QStringLiteral("middle"),
                shortNumber(size));
        for (qsizetype i = 0; i < m_chart.curves.size(); ++i)
            picture += curve(m_chart.curves.at(i), int(i));
        return picture;
    }

private:
    double most() const
    {
        double value = 1;
        for (const Curve &curve : m_chart.curves) {
            for (const Figure &figure : curve.figures)
                value = std::max(value, figure.high.value_or(figure.value));
        }
        return value;
    }

    double xOf(double size) const
    {
        const double first = std::log10(m_sizes.constFirst());
        return marginLeft
            + plotWidth * (std::log10(size) - first) / (std::log10(m_sizes.constLast()) - first);
    }
    double yOf(double value) const { return marginTop + plotHeight * (1 - value / (4 * m_tick)); }

    QString curve(const Curve &curve, int place) const
    {
        QString points;
        QString marks;
        for (qsizetype i = 0; i < m_sizes.size(); ++i) {
            const Figure &figure = curve.figures.at(i);
            const double x = xOf(m_sizes.at(i));
            points += coordinate(x) + u',' + coordinate(yOf(figure.value)) + u' ';
            marks += QStringLiteral("<circle cx=\"%1\" cy=\"%2\" r=\"3\"/>\n")
                         .arg(coordinate(x), coordinate(yOf(figure.value)));
            if (figure.low && figure.high)
                marks +=
                    line({x, yOf(*figure.low)}, {x, yOf(*figure.high)}, QStringLiteral("spread"));
        }
        return QStringLiteral("<g class=\"c%1\">\n").arg(place)
            + text(marginLeft, 40 + 16 * place, QStringLiteral("start"),
                QStringLiteral("● ") + curve.name)
            + QStringLiteral("<polyline points=\"%1\"/>\n").arg(points.trimmed()) + marks
            + QStringLiteral("</g>\n");
    }

    const QList<double> &m_sizes;
    const Chart &m_chart;
    const double m_tick;
};
} // namespace

QString svg(const Scale &scale)
{
    const double width = chartWidth * double(scale.charts.size());
    QString picture =
        QStringLiteral(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %1 %2\" role=\"img\" "
            "aria-label=\"What a ticket costs, by the number of buckets and of tickets "
            "that wait\">\n"
            "<!-- Made by ./dev bench scale -->\n%3"
            "<rect class=\"paper\" width=\"%1\" height=\"%2\"/>\n")
            .arg(QString::number(width), QString::number(height), QLatin1String(style));
    for (qsizetype i = 0; i < scale.charts.size(); ++i) {
        picture += QStringLiteral("<g transform=\"translate(%1 0)\">\n").arg(chartWidth * double(i))
            + Plot(scale.sizes, scale.charts.at(i)).svg() + QStringLiteral("</g>\n");
    }
    return picture
        + text(width / 2, height - 8, QStringLiteral("middle"),
            QStringLiteral("buckets, or tickets that wait"))
        + QStringLiteral("</svg>\n");
}

} // namespace Turnstile::Bench
