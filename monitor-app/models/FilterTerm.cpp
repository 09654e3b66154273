// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/FilterTerm.h"

#include "monitor-app/models/Words.h"

#include <algorithm>

namespace Turnstile::Monitor {

namespace {
constexpr qsizetype mostDigits = 12;

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? char(c + 'a' - 'A') : c;
}

bool isSameLetter(char any, char small)
{
    return lower(any) == small;
}

bool beginsWith(const QByteArray &text, const QByteArray &small)
{
    return !small.isEmpty() && text.size() >= small.size()
        && std::equal(small.cbegin(), small.cend(), text.cbegin(),
            [](char a, char b) { return isSameLetter(b, a); });
}

bool contains(const QByteArray &text, const QByteArray &small)
{
    return !small.isEmpty()
        && std::search(text.cbegin(), text.cend(), small.cbegin(), small.cend(), isSameLetter)
        != text.cend();
}

QString example(const FilterKeyInfo &key)
{
    return QLatin1String(key.name) + QLatin1Char(':') + QLatin1String(key.example);
}

// Milliseconds in a unit; nothing for what is no unit.
std::optional<double> unit(QStringView name)
{
    if (name.compare(QLatin1String("ms"), Qt::CaseInsensitive) == 0)
        return 1;
    if (name.compare(QLatin1String("s"), Qt::CaseInsensitive) == 0)
        return 1000;
    if (name.compare(QLatin1String("min"), Qt::CaseInsensitive) == 0)
        return 60'000;
    return std::nullopt;
}
} // namespace

QString FilterTerm::read(const FilterWord &word)
{
    m_negated = word.negated;
    if (!word.isClosed)
        return tr("a quote is not closed. Add another \" where it ends.");
    if (!word.hasColon)
        return readText(word);
    const FilterKeyInfo *key = filterKey(word.key);
    if (!key) {
        if (const FilterKeyInfo *near = nearestFilterKey(word.key))
            return tr("there is no key \"%1\". Did you mean %2? A route with a colon needs quotes.")
                .arg(word.key, example(*near));
        QStringList names;
        for (const FilterKeyInfo &known : filterKeys())
            names += QString::fromLatin1(known.name);
        return tr("there is no key \"%1\". Keys are %2. A route with a colon needs quotes.")
            .arg(word.key, names.join(QStringLiteral(", ")));
    }
    m_key = key->key;
    if (word.value.trimmed().isEmpty())
        return tr("nothing stands behind the colon. Write for example %1.").arg(example(*key));
    switch (key->value) {
    case FilterValue::Text:
        return readText(word);
    case FilterValue::Method:
        return readMethod(word);
    case FilterValue::State:
        return readState(word);
    case FilterValue::Count:
    case FilterValue::Decimal:
    case FilterValue::Duration:
        return readNumber(word, *key);
    }
    Q_UNREACHABLE();
}

QString FilterTerm::readText(const FilterWord &word)
{
    if (word.value.isEmpty())
        return word.quoted ? tr("nothing stands between the quotes.")
                           : tr("nothing stands behind the minus. Write for example -state:idle.");
    m_text = word.value;
    m_matcher = QStringMatcher(m_text, Qt::CaseInsensitive);
    const bool isPlain =
        std::all_of(m_text.cbegin(), m_text.cend(), [](QChar c) { return c.unicode() < 128; });
    m_bytes = isPlain ? m_text.toLower().toLatin1() : QByteArray();
    return {};
}

QString FilterTerm::readMethod(const FilterWord &word)
{
    m_text = word.value.trimmed().toUpper();
    const QStringList methods = filterMethods();
    if (methods.contains(m_text))
        return {};
    return tr("there is no method \"%1\". Methods are %2.")
        .arg(word.value, methods.join(QStringLiteral(", ")));
}

QString FilterTerm::readState(const FilterWord &word)
{
    if (const FilterState *state = filterState(word.value)) {
        m_state = quint8(state->state);
        return {};
    }
    QStringList names;
    for (const FilterState &state : filterStates()) {
        if (!state.isAlias)
            names += QString::fromLatin1(state.name);
    }
    return tr("there is no state \"%1\". States are %2.")
        .arg(word.value, names.join(QStringLiteral(", ")));
}

QString FilterTerm::readNumber(const FilterWord &word, const FilterKeyInfo &key)
{
    const QStringView rest = readComparison(QStringView(word.value).trimmed()).trimmed();
    qsizetype digits = 0;
    while (digits < rest.size()
        && ((rest[digits] >= u'0' && rest[digits] <= u'9') || rest[digits] == u'.'))
        ++digits;
    bool ok = false;
    m_number = rest.first(digits).toDouble(&ok);
    if (!ok || digits > mostDigits)
        return tr("\"%1\" is no number. Write for example %2.").arg(rest, example(key));
    const QStringView behind = rest.mid(digits).trimmed();
    if (key.value == FilterValue::Duration && (!behind.isEmpty() || m_number > 0)) {
        const auto factor = unit(behind);
        if (!factor)
            return tr("a time needs a unit: %1ms, %1s or %1min.").arg(rest.first(digits));
        m_number *= *factor;
    } else if (!behind.isEmpty()) {
        return tr("\"%1\" is no number. Write for example %2.").arg(rest, example(key));
    } else if (key.value == FilterValue::Count && rest.contains(u'.')) {
        return tr("\"%1\" is no whole number. Write for example %2.").arg(rest, example(key));
    }
    return {};
}

QStringView FilterTerm::readComparison(QStringView value)
{
    const bool orEqual = value.size() > 1 && value[1] == u'=';
    if (value.startsWith(u'>'))
        m_comparison = orEqual ? Comparison::GreaterOrEqual : Comparison::Greater;
    else if (value.startsWith(u'<'))
        m_comparison = orEqual ? Comparison::LessOrEqual : Comparison::Less;
    else
        return value.mid(value.startsWith(u'=') ? 1 : 0);
    return value.mid(orEqual ? 2 : 1);
}

bool FilterTerm::dependsOnTime() const
{
    return m_key == FilterKey::State || m_key == FilterKey::Remaining || m_key == FilterKey::Reset
        || m_key == FilterKey::Rate;
}

bool FilterTerm::holds(const BucketRow &row, TimePoint now) const
{
    switch (m_key) {
    case FilterKey::Text:
        return m_matcher.indexIn(row.bucket.name) >= 0 || contains(row.bucket.hash, m_bytes);
    case FilterKey::Method:
        return row.method == m_text;
    case FilterKey::State:
        return quint8(row.state(now)) == m_state;
    case FilterKey::Bucket:
        return beginsWith(row.bucket.hash, m_bytes);
    case FilterKey::Major:
        return contains(row.bucket.majorResource, m_bytes);
    default:
        if (const auto value = number(row, now))
            return compares(*value);
        return false;
    }
}

// Nothing, where a row has none, compares with nothing.
std::optional<double> FilterTerm::number(const BucketRow &row, TimePoint now) const
{
    const Bucket &bucket = row.bucket;
    switch (m_key) {
    case FilterKey::Queued:
        return bucket.queued;
    case FilterKey::InFlight:
        return bucket.inFlight;
    case FilterKey::Remaining:
        return row.tokens(now);
    case FilterKey::Limit:
        return bucket.limit;
    case FilterKey::Hits:
        return double(bucket.rateLimited);
    case FilterKey::Wait:
        if (row.waitP95)
            return double(row.waitP95->count());
        return std::nullopt;
    case FilterKey::Reset:
        if (const milliseconds left = row.resetsIn(now); left > milliseconds::zero())
            return double(left.count());
        return std::nullopt;
    case FilterKey::Rate:
        return row.grantedPerSecond(now);
    default:
        return std::nullopt;
    }
}

bool FilterTerm::compares(double value) const
{
    switch (m_comparison) {
    case Comparison::Equal:
        return std::equal_to<>()(value, m_number);
    case Comparison::Less:
        return value < m_number;
    case Comparison::LessOrEqual:
        return value <= m_number;
    case Comparison::Greater:
        return value > m_number;
    case Comparison::GreaterOrEqual:
        return value >= m_number;
    }
    Q_UNREACHABLE();
}

} // namespace Turnstile::Monitor
