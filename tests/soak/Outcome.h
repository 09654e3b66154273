// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "tests/soak/Memory.h"

#include <QtCore/QList>
#include <QtCore/QMap>
#include <QtCore/QString>

#include <array>
#include <chrono>
#include <utility>

namespace Turnstile::Soak {

/// What one part of the soak is told.
struct Settings {
    std::chrono::milliseconds time{}; ///< on the wall clock
    quint32 seed = 1;
    /// A promise to break on purpose, to see that it is noticed.
    /// Long enough for caches to be full before the memory is judged.
    bool isLong() const { return time >= std::chrono::minutes(2); }
    enum class Sabotage : quint8 { None, Resets, Deadlines, Memory };
    Sabotage sabotage = Sabotage::None;
};

/// What came of one part of the soak: figures, and the promises that were broken.
class Outcome {
public:
    explicit Outcome(const QString &title)
        : m_title(title)
    {
    }

    const QString &title() const { return m_title; }

    /// The first of each promise are told on stderr at once, with \a detail.
    void broken(const QString &promise, const QString &detail);
    bool isBroken() const { return !m_broken.isEmpty(); }

    void add(const QString &name, const QString &figure);
    void add(const QString &name, quint64 figure) { add(name, QString::number(figure)); }

    /// 429s, by why they could not be avoided (empty: they could); they make rows of their own.
    void limited(const QString &why, quint64 count = 1) { m_limited[why] += count; }
    /// Its growth is judged only when it was watched \a longEnough.
    void addMemory(const MemoryTrend &trend, const QString &hours, bool longEnough);

    QString markdown() const;
    QByteArray json() const;

private:
    using Rows = QList<std::pair<QString, QString>>;
    Rows rows() const;

    QString m_title;
    Rows m_rows;
    QMap<QString, quint64> m_broken;
    QMap<QString, quint64> m_limited;
};

} // namespace Turnstile::Soak
