// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/Format.h"

#include "monitor-app/models/Words.h"

#include <algorithm>
#include <cmath>

namespace Turnstile::Monitor::Format {

namespace {
using namespace std::chrono_literals;

QString nothing()
{
    return QStringLiteral("–");
}

QString inSeconds(milliseconds duration)
{
    const double seconds = double(duration.count()) / 1000;
    return QString::number(seconds, 'f', duration < 9950ms ? 1 : 0);
}
} // namespace

QString countdown(milliseconds left)
{
    if (left <= 0ms)
        return tr("now");
    const milliseconds tenths = (left + 99ms) / 100 * 100;
    if (tenths < 60s)
        return tr("%1 s").arg(double(tenths.count()) / 1000, 0, 'f', 1);
    return clock(std::chrono::ceil<std::chrono::seconds>(left));
}

QString duration(std::optional<milliseconds> duration)
{
    if (!duration)
        return nothing();
    if (*duration < 1s)
        return tr("%1 ms").arg(duration->count());
    if (*duration < 59500ms)
        return tr("%1 s").arg(inSeconds(*duration));
    return clock(std::chrono::round<std::chrono::seconds>(*duration));
}

QString durations(std::optional<milliseconds> a, std::optional<milliseconds> b)
{
    if (!a || !b)
        return nothing();
    if (*a < 1s && *b < 1s)
        return tr("%1 / %2 ms").arg(a->count()).arg(b->count());
    if (*a >= 1s && *b >= 1s && std::max(*a, *b) < 59500ms)
        return tr("%1 / %2 s").arg(inSeconds(*a), inSeconds(*b));
    return tr("%1 / %2").arg(duration(a), duration(b));
}

QString age(std::chrono::seconds age)
{
    return age < 60s ? tr("%1 s").arg(age.count()) : clock(age);
}

QString clock(std::chrono::seconds seconds)
{
    const qint64 total = seconds.count();
    const auto two = [](qint64 n) { return QStringLiteral("%1").arg(n, 2, 10, QLatin1Char('0')); };
    if (total < 3600)
        return QStringLiteral("%1:%2").arg(total / 60).arg(two(total % 60));
    return QStringLiteral("%1:%2:%3").arg(total / 3600).arg(two(total / 60 % 60), two(total % 60));
}

QString rate(double perSecond)
{
    return tr("%1 /s").arg(perSecond, 0, 'f', perSecond < 99.95 ? 1 : 0);
}

QString count(quint64 number)
{
    QString digits = QString::number(number);
    for (qsizetype at = digits.size() - 3; at > 0; at -= 3)
        digits.insert(at, QChar(QChar::Nbsp));
    return digits;
}

QString shortHash(QByteArrayView hash)
{
    if (hash.isEmpty())
        return nothing();
    const QString text = QString::fromLatin1(hash);
    if (text.size() <= 8)
        return text;
    return text.first(4) + QStringLiteral("…") + text.last(2);
}

} // namespace Turnstile::Monitor::Format
