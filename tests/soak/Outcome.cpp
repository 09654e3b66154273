// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/soak/Outcome.h"

#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

#include <cstdio>

namespace Turnstile::Soak {

// Of each promise; all are counted.
static constexpr quint64 mostDetails = 3;
// By which a heap may grow without a leak: pages come and go.
static constexpr double grownTooMuchKib = 2048;

void Outcome::broken(const QString &promise, const QString &detail)
{
    if (++m_broken[promise] <= mostDetails)
        std::fprintf(stderr, "\nBROKEN: %s: %s\n", qPrintable(promise), qPrintable(detail));
}

void Outcome::add(const QString &name, const QString &figure)
{
    m_rows.emplaceBack(name, figure);
}

void Outcome::addMemory(const MemoryTrend &trend, const QString &hours, bool longEnough)
{
    const double grown = trend.grownKib();
    add(QStringLiteral("resident memory after a third, at the end"),
        QStringLiteral("%1, %2 MiB")
            .arg(trend.firstMib(), 0, 'f', 1)
            .arg(trend.lastMib(), 0, 'f', 1));
    add(QStringLiteral("its slope"),
        QStringLiteral("%1 KiB per %2").arg(trend.kibPerHour(), 0, 'f', 0).arg(hours));
    if (longEnough && grown > grownTooMuchKib)
        broken(QStringLiteral("memory is flat"),
            QStringLiteral("it grew by %1 KiB").arg(grown, 0, 'f', 0));
}

Outcome::Rows Outcome::rows() const
{
    Rows rows = m_rows;
    for (auto it = m_limited.begin(); it != m_limited.end(); ++it) {
        const QString why = it.key().isEmpty() ? QStringLiteral("could be avoided") : it.key();
        rows.emplaceBack(QStringLiteral("429: ") + why, QString::number(it.value()));
    }
    for (auto it = m_broken.begin(); it != m_broken.end(); ++it)
        rows.emplaceBack(QStringLiteral("BROKEN: ") + it.key(), QString::number(it.value()));
    if (!isBroken())
        rows.emplaceBack(QStringLiteral("promises broken"), QStringLiteral("none"));
    return rows;
}

QString Outcome::markdown() const
{
    QString text = QStringLiteral("| %1 | |\n| --- | ---: |\n").arg(m_title);
    for (const auto &[name, figure] : rows())
        text += QStringLiteral("| %1 | %2 |\n").arg(name, figure);
    return text;
}

QByteArray Outcome::json() const
{
    QJsonObject object{{QStringLiteral("part"), m_title}};
    for (const auto &[name, figure] : rows())
        object.insert(name, figure);
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

} // namespace Turnstile::Soak
