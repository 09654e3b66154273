// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/OptionTable.h"

#include <QtCore/QTextStream>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace Turnstile::Sim {
namespace {

constexpr int helpColumn = 25;
constexpr int helpWidth = 80;

QString withDefault(QStringView help, qint64 value)
{
    return QStringLiteral("%1 [%2]").arg(help).arg(value);
}

template <typename T> std::optional<T> parseAs(QStringView text)
{
    const QByteArray bytes = text.toUtf8();
    T value{};
    const auto [end, error] = std::from_chars(bytes.cbegin(), bytes.cend(), value);
    if (error != std::errc() || end != bytes.cend())
        return {};
    return value;
}

} // namespace

std::optional<qint64> parseWhole(QStringView text)
{
    return parseAs<qint64>(text);
}

std::optional<double> parseNumber(QStringView text)
{
    const auto value = parseAs<double>(text);
    return value && std::isfinite(*value) ? value : std::nullopt;
}

OptionTable::OptionTable(QStringView command, QStringView description)
    : m_command(command.toString())
    , m_description(description.toString())
{
}

void OptionTable::add(QStringView name, QStringView valueName, QStringView help,
    const QString &accepts, const Read &read)
{
    m_options.push_back({name.toString(), valueName.toString(), help.toString(), accepts, read});
}

void OptionTable::addFlag(QStringView name, QStringView help, bool *target)
{
    add(name, {}, help, {}, [target](const QString &) { return *target = true; });
}

void OptionTable::addWhole(QStringView name, QStringView help, int *target, int min, int max)
{
    add(name, u"N", withDefault(help, *target),
        QStringLiteral("a whole number from %1 to %2").arg(min).arg(max), [=](const QString &text) {
            const auto value = parseWhole(text);
            if (!value || *value < min || *value > max)
                return false;
            *target = int(*value);
            return true;
        });
}

void OptionTable::addMilliseconds(
    QStringView name, QStringView help, milliseconds *target, milliseconds min, milliseconds max)
{
    const auto accepts = QStringLiteral("a whole number of milliseconds from %1 to %2");
    add(name, u"MS", withDefault(help, target->count()), accepts.arg(min.count()).arg(max.count()),
        [=](const QString &text) {
            const auto value = parseWhole(text);
            if (!value || *value < min.count() || *value > max.count())
                return false;
            *target = milliseconds(*value);
            return true;
        });
}

void OptionTable::addShare(QStringView name, QStringView help, double *target, double max)
{
    add(name, u"SHARE", help, QStringLiteral("a number from 0 to %1").arg(max),
        [=](const QString &text) {
            const auto value = parseNumber(text);
            if (!value || *value < 0 || *value > max)
                return false;
            *target = *value;
            return true;
        });
}

void OptionTable::addChoice(QStringView name, QStringView help, const QStringList &words,
    const std::function<void(int index)> &read)
{
    const QString accepts = words.mid(0, words.size() - 1).join(QStringLiteral(", "))
        + QStringLiteral(" or ") + words.last();
    add(name, u"WORD", help, accepts, [=](const QString &text) {
        const auto index = words.indexOf(text);
        if (index < 0)
            return false;
        read(int(index));
        return true;
    });
}

void OptionTable::addPositional(QStringView name, QStringView help, QString *target)
{
    m_positionals.push_back({name.toString(), help.toString(), target});
}

QString OptionTable::readOption(
    const QString &argument, QStringList::const_iterator &next, QStringList::const_iterator end)
{
    const auto equals = argument.indexOf(u'=');
    const QString name = equals < 0 ? argument : argument.left(equals);
    const auto option = std::find_if(m_options.begin(), m_options.end(),
        [&name](const Option &each) { return QStringView(name).sliced(2) == each.name; });
    if (option == m_options.end())
        return QStringLiteral("There is no option %1; %2 --help lists them.").arg(name, m_command);
    if (option->seen)
        return name + QStringLiteral(" is given more than once.");
    option->seen = true;
    if (option->valueName.isEmpty()) {
        if (equals >= 0)
            return name + QStringLiteral(" takes no value.");
        option->read({});
        return {};
    }
    if (equals < 0 && next == end)
        return QStringLiteral("%1 needs a value: %2.").arg(name, option->accepts);
    const QString value = equals < 0 ? *next++ : argument.mid(equals + 1);
    if (!option->read(value))
        return QStringLiteral("%1 is %2, not \"%3\".").arg(name, option->accepts, value);
    return {};
}

QString OptionTable::parse(const QStringList &arguments)
{
    m_helpWanted =
        arguments.contains(QStringLiteral("--help")) || arguments.contains(QStringLiteral("-h"));
    if (m_helpWanted)
        return {};
    auto positional = m_positionals.begin();
    for (auto next = arguments.cbegin(); next != arguments.cend();) {
        const QString &argument = *next++;
        QString problem;
        if (argument.startsWith(u"--"))
            problem = readOption(argument, next, arguments.cend());
        else if (positional != m_positionals.end())
            *positional++->target = argument;
        else
            problem = QStringLiteral("\"%1\" is not understood; %2 --help lists what is.")
                          .arg(argument, m_command);
        if (!problem.isEmpty())
            return problem;
    }
    if (positional != m_positionals.end())
        return QStringLiteral("%1 is missing: %2").arg(positional->name, positional->help);
    return {};
}

QString OptionTable::helpText() const
{
    QString text;
    QTextStream out(&text);
    out << "Usage: turnstile-sim " << m_command;
    for (const Positional &each : m_positionals)
        out << ' ' << each.name;
    out << " [OPTION...]\n\n" << m_description << "\n\n";
    const auto line = [&out](const QString &what, const QString &help) {
        out << "  " << what.leftJustified(helpColumn - 2);
        qsizetype column = helpColumn;
        for (const QString &word : help.split(u' ')) {
            if (column + 1 + word.size() > helpWidth) {
                out << '\n' << QString(helpColumn, u' ');
                column = helpColumn;
            }
            out << ' ' << word;
            column += 1 + word.size();
        }
        out << '\n';
    };
    for (const Positional &each : m_positionals)
        line(each.name, each.help);
    for (const Option &each : m_options) {
        line(QStringLiteral("--%1 %2").arg(each.name, each.valueName), each.help);
        if (!each.accepts.isEmpty())
            line({}, u'(' + each.accepts + u')');
    }
    line(QStringLiteral("--help"), QStringLiteral("Shows this help."));
    return text;
}

std::optional<int> OptionTable::parseOrExplain(const QStringList &arguments)
{
    const QString problem = parse(arguments);
    if (!problem.isEmpty()) {
        std::fprintf(
            stderr, "turnstile-sim %s: %s\n", qUtf8Printable(m_command), qUtf8Printable(problem));
        return 2;
    }
    if (m_helpWanted) {
        std::fputs(qUtf8Printable(helpText()), stdout);
        return 0;
    }
    return {};
}

} // namespace Turnstile::Sim
