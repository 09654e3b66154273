// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"

#include <QtCore/QString>
#include <QtCore/QStringList>

#include <functional>
#include <limits>
#include <optional>
#include <vector>

namespace Turnstile::Sim {

/// The options of one command: reads them, strictly, and explains them.
///
/// ```
/// OptionTable table(u"drain", u"Drains a workload in virtual time.");
/// table.addWhole(u"requests", u"How many requests.", &workload.requests, 1, 1'000'000);
/// if (const std::optional<int> code = table.parseOrExplain(arguments))
///     return *code;
/// ```
/// Both `--name value` and `--name=value` will do. An unknown option, one that comes twice, or a
/// value that is not accepted is an error that says what is: nothing is guessed, nothing ignored.
class OptionTable {
public:
    /// Takes a value in; false when it is not acceptable.
    using Read = std::function<bool(const QString &value)>;

    OptionTable(QStringView command, QStringView description);

    /// An option with a value. \a accepts says which, as in `fixed or sliding`; it completes the
    /// sentence "--name is ...".
    void add(QStringView name, QStringView valueName, QStringView help, const QString &accepts,
        const Read &read);
    void addFlag(QStringView name, QStringView help, bool *target);
    void addWhole(QStringView name, QStringView help, int *target, int min,
        int max = std::numeric_limits<int>::max());
    void addMilliseconds(QStringView name, QStringView help, milliseconds *target, milliseconds min,
        milliseconds max);
    /// A number from 0 to \a max.
    void addShare(QStringView name, QStringView help, double *target, double max = 1);
    /// One word of several; \a read gets its index.
    void addChoice(QStringView name, QStringView help, const QStringList &words,
        const std::function<void(int index)> &read);
    /// An argument that is no option, and must be there.
    void addPositional(QStringView name, QStringView help, QString *target);

    /// Reads \a arguments, without the names of the program and the command. Returns what is wrong,
    /// as one line; empty when all is well, or when help was asked for.
    QString parse(const QStringList &arguments);
    bool isHelpWanted() const { return m_helpWanted; }
    QString helpText() const;

    /// parse(), and then the exit code when there is nothing more to do: 0 after printing the help,
    /// 2 after printing what is wrong.
    std::optional<int> parseOrExplain(const QStringList &arguments);

private:
    struct Option {
        QString name;
        QString valueName; // empty: a flag
        QString help;
        QString accepts;
        Read read;
        bool seen = false;
    };
    struct Positional {
        QString name;
        QString help;
        QString *target;
    };

    QString readOption(const QString &argument, QStringList::const_iterator &next,
        QStringList::const_iterator end);

    QString m_command;
    QString m_description;
    std::vector<Option> m_options;
    std::vector<Positional> m_positionals;
    bool m_helpWanted = false;
};

/// A whole number, and nothing else in \a text.
std::optional<qint64> parseWhole(QStringView text);
/// A finite decimal number, and nothing else in \a text.
std::optional<double> parseNumber(QStringView text);

} // namespace Turnstile::Sim
