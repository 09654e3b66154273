// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/JsonFields.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QSet>

#include <cmath>
#include <vector>

namespace Turnstile::Sim {

static constexpr int longestShown = 60;

QString jsonText(const QJsonValue &value)
{
    const QByteArray array = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    const QString text = QString::fromUtf8(array.mid(1, array.size() - 2));
    return text.size() <= longestShown ? text : text.left(longestShown) + u'…';
}

// The string that begins at \a at; its end is left there.
static QString readString(QByteArrayView json, qsizetype *at)
{
    const qsizetype begin = *at;
    do
        *at += json[*at] == '\\' ? 2 : 1;
    while (json[*at] != '"');
    const QByteArrayView text = json.sliced(begin + 1, *at - begin - 1);
    if (!text.contains('\\'))
        return QString::fromUtf8(text);
    const QByteArray array = "[\"" + text.toByteArray() + "\"]";
    return QJsonDocument::fromJson(array).array().first().toString();
}

std::optional<QString> repeatedMember(QByteArrayView json)
{
    std::vector<QSet<QString>> open; // of each object that is open: its members
    QString last;
    for (qsizetype at = 0; at < json.size(); ++at) {
        switch (json[at]) {
        case '{':
            open.emplace_back();
            break;
        case '}':
            open.pop_back();
            break;
        case '"':
            last = readString(json, &at);
            break;
        case ':':
            if (open.back().contains(last))
                return last;
            open.back().insert(last);
            break;
        default:
            break;
        }
    }
    return {};
}

JsonFields::JsonFields(const QJsonObject &object, const QString &where)
    : m_object(object)
    , m_where(where)
{
}

QJsonValue JsonFields::value(QStringView name)
{
    const auto member = m_object.constFind(name);
    if (member == m_object.constEnd())
        return QJsonValue::Undefined;
    m_seen.append(member.key());
    return *member;
}

QString JsonFields::text(QStringView name, const std::optional<QString> &fallback)
{
    const QJsonValue found = value(name);
    if (found.isString())
        return found.toString();
    if (!found.isUndefined() || !fallback)
        mistyped(name, QStringLiteral("a text"), found);
    return fallback.value_or(QString());
}

double JsonFields::number(
    QStringView name, double min, double max, const std::optional<double> &fallback)
{
    const QJsonValue found = value(name);
    if (found.isDouble() && found.toDouble() >= min && found.toDouble() <= max)
        return found.toDouble();
    if (!found.isUndefined() || !fallback)
        mistyped(
            name, QStringLiteral("a number from %1 to %2").arg(min).arg(max, 0, 'f', 0), found);
    return fallback.value_or(min);
}

int JsonFields::whole(QStringView name, int min, int max, const std::optional<int> &fallback)
{
    const QJsonValue found = value(name);
    const double number = found.toDouble(std::nan(""));
    if (number >= min && number <= max && number == std::floor(number))
        return int(number);
    if (!found.isUndefined() || !fallback)
        mistyped(name, QStringLiteral("a whole number from %1 to %2").arg(min).arg(max), found);
    return fallback.value_or(min);
}

bool JsonFields::flag(QStringView name, bool fallback)
{
    const QJsonValue found = value(name);
    if (found.isBool())
        return found.toBool();
    if (!found.isUndefined())
        mistyped(name, QStringLiteral("true or false"), found);
    return fallback;
}

int JsonFields::choice(QStringView name, const QStringList &words, int fallback)
{
    const QJsonValue found = value(name);
    if (found.isUndefined())
        return fallback;
    const auto index = found.isString() ? words.indexOf(found.toString()) : -1;
    if (index >= 0)
        return int(index);
    mistyped(name,
        words.mid(0, words.size() - 1).join(QStringLiteral(", ")) + QStringLiteral(" or ")
            + words.last(),
        found);
    return fallback;
}

void JsonFields::mistyped(QStringView name, const QString &expected, const QJsonValue &found)
{
    if (found.isUndefined())
        fail(name, QStringLiteral("is missing: %1").arg(expected));
    else
        fail(name, QStringLiteral("is %1, not %2").arg(expected, jsonText(found)));
}

void JsonFields::fail(QStringView name, const QString &what)
{
    fail((m_where.isEmpty() ? QString() : m_where + QStringLiteral(": "))
        + QStringLiteral("\"%1\" %2").arg(name, what));
}

void JsonFields::fail(const QString &problem)
{
    if (m_problem.isEmpty())
        m_problem = problem;
}

QString JsonFields::problem() const
{
    if (!m_problem.isEmpty())
        return m_problem;
    for (auto member = m_object.begin(); member != m_object.end(); ++member) {
        if (!m_seen.contains(member.key()))
            return (m_where.isEmpty() ? QString() : m_where + QStringLiteral(": "))
                + QStringLiteral("there is no member \"%1\" here").arg(member.key());
    }
    return {};
}

} // namespace Turnstile::Sim
