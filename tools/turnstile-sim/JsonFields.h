// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QJsonObject>
#include <QtCore/QString>
#include <QtCore/QStringList>

#include <optional>

namespace Turnstile::Sim {

/// Reads the members of one JSON object, strictly: a member that is missing, of another type, out
/// of range, or that nobody has read, is a problem.
///
/// Reading goes on after a problem (with a value that fits), so that callers need to look only
/// once, at the end. The first problem is the one that is told.
class JsonFields {
public:
    /// \a where the object stands, as in `given[3]`; it begins every problem. May be empty.
    JsonFields(const QJsonObject &object, const QString &where);

    bool has(QStringView name) const { return m_object.contains(name); }

    /// Any value; Undefined when missing.
    QJsonValue value(QStringView name);
    /// A text. Without a \a fallback it must be there.
    QString text(QStringView name, const std::optional<QString> &fallback = {});
    double number(
        QStringView name, double min, double max, const std::optional<double> &fallback = {});
    int whole(QStringView name, int min, int max, const std::optional<int> &fallback = {});
    bool flag(QStringView name, bool fallback);
    /// The index of a text in \a words; \a fallback when missing.
    int choice(QStringView name, const QStringList &words, int fallback);

    /// Tells a problem of member \a name; \a what completes the sentence "name ...".
    void fail(QStringView name, const QString &what);
    /// Passes on the problem of something inside this object.
    void fail(const QString &problem);

    /// What is wrong, as one line; empty when all is well. Call it when all is read.
    QString problem() const;

private:
    void mistyped(QStringView name, const QString &expected, const QJsonValue &found);

    QJsonObject m_object;
    QString m_where;
    QStringList m_seen;
    QString m_problem;
};

/// The first member that comes twice in one object of \a json, which is well-formed; nothing when
/// none does. QJsonDocument takes the last one, without a word.
std::optional<QString> repeatedMember(QByteArrayView json);

/// A JSON value as it stands in a line of JSON, cut where it is long.
QString jsonText(const QJsonValue &value);

} // namespace Turnstile::Sim
