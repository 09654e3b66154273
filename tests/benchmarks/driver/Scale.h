// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "tests/benchmarks/driver/Row.h"

#include <QtCore/QJsonObject>

namespace Turnstile::Bench {

/// One line of a chart: what something costs by how much of it there is.
struct Curve {
    QString name;
    QList<Figure> figures; ///< as many as there are sizes
};

/// Curves with the same unit.
struct Chart {
    QString title;
    QList<Curve> curves;
};

/// What a ticket costs from 1 000 to 1 000 000 buckets, or tickets that wait.
struct Scale {
    QList<double> sizes;
    QList<Chart> charts;
};

Scale measureScale(Runner &runner);

QString markdown(const Scale &scale);
QJsonObject json(const Scale &scale);
/// A picture for light and dark pages.
QString svg(const Scale &scale);

} // namespace Turnstile::Bench
