// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "tests/benchmarks/driver/Peers.h"
#include "tests/benchmarks/driver/Row.h"

#include <QtCore/QJsonObject>

namespace Turnstile::Bench {

/// What was measured, where and when.
struct Report {
    QList<Row> rows;
    QList<PeerRun> peers;
    QString withoutPeers; ///< why other clients were skipped; empty: they were not
};

/// The compiler and Qt that the figures are of.
QString toolchain();

/// A figure for people: three or four digits, its unit, its spread.
QString textOf(const Figure &figure);

/// The table, rows that miss their goal first.
QString markdown(const Report &report);
QJsonObject json(const Report &report);

} // namespace Turnstile::Bench
