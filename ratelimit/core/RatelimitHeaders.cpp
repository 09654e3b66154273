// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/RatelimitHeaders.h"

#include "ratelimit/core/HeaderFields.h"
#include "ratelimit/core/HeaderValues.h"

#include <QtCore/QHash>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QtEndian>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace Turnstile {

using namespace std::chrono_literals;

namespace {

using Field = HeaderFieldId;

constexpr qint64 maxCount = std::numeric_limits<int>::max();
constexpr qint64 maxWait = milliseconds(30 * 24h).count();
constexpr qint64 maxEpoch = 1'000'000'000'000'000'000; // in ms, or what is meant to be s and is ms
constexpr qint64 epochIsInMilliseconds = 100'000'000'000'000; // in s that is the year 5138
constexpr qsizetype maxBody = 64 * 1024;
constexpr qsizetype maxErrors = 16;

constexpr quint32 bit(Field field)
{
    return 1u << quint32(field);
}

constexpr bool isCount(Field field)
{
    return field == Field::Limit || field == Field::Remaining;
}

constexpr int decimalsOf(Field field)
{
    return isCount(field) ? 0 : 3;
}

constexpr qint64 maxOf(Field field)
{
    return isCount(field) ? maxCount : field == Field::Reset ? maxEpoch : maxWait;
}

Scope scopeOf(QByteArrayView value)
{
    constexpr std::pair<const char *, Scope> scopes[] = {{"", Scope::None}, {"user", Scope::User},
        {"global", Scope::Global}, {"shared", Scope::Shared}};
    for (const auto &[name, scope] : scopes) {
        if (value.compare(name, Qt::CaseInsensitive) == 0)
            return scope;
    }
    return Scope::Unknown;
}

// Few values have blanks around them.
QByteArrayView trimmed(QByteArrayView text)
{
    const auto isInk = [](char c) { return uchar(c) > ' '; };
    return !text.isEmpty() && isInk(text.front()) && isInk(text.back()) ? text : text.trimmed();
}

struct Recent {
    Recent() = default;
    ~Recent() { isGone = true; }
    Q_DISABLE_COPY_MOVE(Recent)

    std::array<QByteArray, 256> hashes;
    static inline thread_local bool isGone = false; // at a thread's end others may still parse
};

// Answers name the same few buckets again and again, so recent hashes are shared. For each thread
// that is at most 256 of maxBucket bytes.
QByteArray sharedBucket(QByteArrayView hash)
{
    thread_local Recent recent;
    if (Recent::isGone)
        return hash.toByteArray();
    // Names that are counted up differ at their ends.
    const quint64 end =
        hash.size() < 8 ? qHash(hash) : qFromLittleEndian<quint64>(hash.end() - sizeof(quint64));
    QByteArray &slot =
        recent.hashes[size_t(end * 0x9e37'79b9'7f4a'7c15 >> 56)]; // its best eight bits
    if (slot.size() != hash.size()
        || std::memcmp(slot.constData(), hash.data(), size_t(hash.size())) != 0)
        slot = hash.toByteArray();
    return slot;
}

class Parser {
public:
    Parser(RatelimitHeaders &headers, WallTime now)
        : out(headers)
        , receivedAt(now)
    {
    }

    void readField(Field field, QByteArrayView value);
    void readBody(QByteArrayView body);
    void finish();

private:
    using Kind = HeaderError::Kind;

    static constexpr qint64 none = -1; // no number is below zero

    bool has(Field field) const { return (seen & bit(field)) != 0; }
    void fail(Kind kind, Field field, QByteArrayView value = {});
    /// False when it is text of another kind, which is an error unless it is a date.
    template <Field field> bool readNumber(QByteArrayView value, qint64 &target);
    bool readUnusual(QByteArrayView value, qint64 &target, Field field);
    void readRetryAfterDate();
    void readBucket(QByteArrayView value);
    WallTime serverTime();
    void finishReset();
    void finishRetryAfter();
    void finishKind();

    RatelimitHeaders &out;
    WallTime receivedAt;
    quint32 seen = 0;
    qint64 limit = none, remaining = none, resetAfter = none, reset = none, retryAfter = none,
           bodyRetryAfter = none;
    QByteArrayView retryAfterText, resetText, date;
    std::optional<QByteArrayView> retryAfterDate; // any text that is not a number
};

void Parser::fail(Kind kind, Field field, QByteArrayView value)
{
    if (out.errors.size() >= maxErrors)
        return;
    const QByteArrayView name = headerFieldNames[size_t(field)];
    out.errors.append({kind, QByteArray::fromRawData(name.data(), name.size()),
        value.first(std::min<qsizetype>(value.size(), 64)).toByteArray()});
}

template <Field field> bool Parser::readNumber(QByteArrayView value, qint64 &target)
{
    const quint64 plain = parsePlainNumber(value, decimalsOf(field));
    if (plain > quint64(maxOf(field)) || (target != none && target != qint64(plain)))
        return readUnusual(value, target, field);
    target = qint64(plain);
    return true;
}

bool Parser::readUnusual(QByteArrayView value, qint64 &target, Field field)
{
    value = value.trimmed();
    JoinedNumber read = parseJoinedNumber(value, decimalsOf(field), maxOf(field));
    HeaderNumber &number = read.number;
    if (isCount(field) && !number.exact)
        number.problem = Kind::Malformed;
    if (number.problem == Kind::Malformed && field == Field::RetryAfter)
        return false;
    if (!number.isValid()) {
        fail(*number.problem, field, value);
        // Below zero is nothing left, and over.
        const bool hasFloor = field == Field::Remaining || field == Field::ResetAfter;
        if (number.problem == Kind::Negative && hasFloor)
            target = std::max<qint64>(target, 0);
        return true;
    }
    if (read.differ || (target != none && target != number.value))
        fail(Kind::Duplicate, field, read.used);
    target = number.value;
    return true;
}

void Parser::readField(Field field, QByteArrayView value)
{
    seen |= bit(field);
    switch (field) {
    case Field::Limit:
        readNumber<Field::Limit>(value, limit);
        break;
    case Field::Remaining:
        readNumber<Field::Remaining>(value, remaining);
        break;
    case Field::Reset:
        readNumber<Field::Reset>(value, reset);
        resetText = value;
        break;
    case Field::ResetAfter:
        readNumber<Field::ResetAfter>(value, resetAfter);
        break;
    case Field::Bucket:
        readBucket(trimmed(value));
        break;
    case Field::Global:
        out.global = out.global || trimmed(value).compare("false", Qt::CaseInsensitive) != 0;
        break;
    case Field::Scope:
        out.scope = scopeOf(trimmed(value));
        out.global = out.global || out.scope == Scope::Global;
        break;
    case Field::RetryAfter:
        if (!out.isRateLimited())
            break;
        if (readNumber<Field::RetryAfter>(value, retryAfter))
            retryAfterText = value;
        else
            retryAfterDate = value.trimmed();
        break;
    case Field::Via:
        out.via = true;
        break;
    case Field::Date:
        date = value;
        break;
    case Field::BodyRetryAfter:
    case Field::Other:
        break;
    }
}

void Parser::readBucket(QByteArrayView value)
{
    if (value.isEmpty())
        return fail(Kind::Malformed, Field::Bucket);
    if (value.size() > RatelimitHeaders::maxBucket)
        return fail(Kind::TooLarge, Field::Bucket, value);
    if (!out.bucket.isEmpty() && out.bucket != value)
        fail(Kind::Duplicate, Field::Bucket, value);
    out.bucket = sharedBucket(value);
}

void Parser::readBody(QByteArrayView body)
{
    body = body.trimmed();
    if (body.size() > maxBody || !body.startsWith('{'))
        return;
    const QJsonDocument document =
        QJsonDocument::fromJson(QByteArray::fromRawData(body.data(), body.size()));
    if (!document.isObject())
        return;
    out.code =
        int(std::clamp<qint64>(document[QLatin1StringView("code")].toInteger(), 0, maxCount));
    if (!out.isRateLimited())
        return;
    out.json = true;
    out.global = out.global || document[QLatin1StringView("global")].toBool();
    const QJsonValue wait = document[QLatin1StringView("retry_after")];
    if (wait.isDouble()) // the shortest text of a double is the number that was sent
        readNumber<Field::BodyRetryAfter>(
            QByteArray::number(wait.toDouble(), 'g', QLocale::FloatingPointShortest),
            bodyRetryAfter);
    else if (wait.isString())
        readNumber<Field::BodyRetryAfter>(wait.toString().toUtf8(), bodyRetryAfter);
    else if (!wait.isUndefined() && !wait.isNull())
        fail(Kind::Malformed, Field::BodyRetryAfter);
}

// The moment that the server's absolute times are to be compared with.
WallTime Parser::serverTime()
{
    const QByteArrayView text = date.trimmed();
    if (text.isEmpty())
        return receivedAt;
    if (const auto time = parseHttpDate(text))
        return *time;
    fail(Kind::Malformed, Field::Date, text);
    return receivedAt;
}

void Parser::finishReset()
{
    if (reset > epochIsInMilliseconds)
        reset = reset / 1000 + (reset % 1000 != 0);
    if (reset > epochIsInMilliseconds)
        fail(Kind::TooLarge, Field::Reset, resetText.trimmed());
    else if (reset > maxWait)
        out.reset = WallTime(milliseconds(reset));
    else if (resetAfter == none) // Nobody's window ended in January 1970: it counts from now.
        resetAfter = reset;
    if (resetAfter == none && out.reset) {
        const qint64 wait = (*out.reset - serverTime()).count();
        if (wait <= maxWait)
            resetAfter = std::max<qint64>(wait, 0);
        else
            fail(Kind::TooLarge, Field::Reset, resetText.trimmed());
    }
    if (resetAfter != none)
        out.resetAfter = milliseconds(resetAfter);
}

void Parser::readRetryAfterDate()
{
    const auto time = parseHttpDate(*retryAfterDate);
    if (!time)
        return fail(Kind::Malformed, Field::RetryAfter, *retryAfterDate);
    if (retryAfter != none)
        return fail(Kind::Duplicate, Field::RetryAfter, retryAfterText.trimmed());
    const qint64 wait = (*time - serverTime()).count();
    if (wait > maxWait)
        return fail(Kind::TooLarge, Field::RetryAfter, *retryAfterDate);
    retryAfter = std::max<qint64>(wait, 0);
}

void Parser::finishRetryAfter()
{
    if (retryAfterDate)
        readRetryAfterDate();

    qint64 wait = retryAfter;
    if (bodyRetryAfter != none) {
        const bool isCeiling = wait % 1000 == 0 && wait - bodyRetryAfter < 1000;
        wait = isCeiling ? bodyRetryAfter : std::max(wait, bodyRetryAfter);
    } else if (wait != none && !out.global && remaining <= 0) {
        wait = std::max(wait, resetAfter);
    } else if (wait == none && resetAfter > 0) {
        wait = resetAfter;
    }
    if (wait != none)
        out.retryAfter = milliseconds(wait);
}

void Parser::finishKind()
{
    constexpr quint32 group = bit(Field::Limit) | bit(Field::Remaining) | bit(Field::Reset)
        | bit(Field::ResetAfter) | bit(Field::Bucket);
    if (out.isRateLimited() && out.global) {
        out.kind = RatelimitHeaders::Kind::Global;
        return;
    }
    if (!(seen & group))
        return;
    const bool hasReset = has(Field::Reset) || has(Field::ResetAfter);
    const bool unusable = (has(Field::Limit) && limit == none)
        || (has(Field::Remaining) && remaining == none) || (hasReset && resetAfter == none);
    out.kind = unusable ? RatelimitHeaders::Kind::Invalid : RatelimitHeaders::Kind::Bucket;
    for (Field field : {Field::Limit, Field::Remaining, Field::Bucket}) {
        if (!has(field))
            fail(Kind::Missing, field);
    }
    if (!hasReset)
        fail(Kind::Missing, Field::ResetAfter);
}

void Parser::finish()
{
    if (limit != none)
        out.limit = int(limit);
    if (remaining != none)
        out.remaining = int(limit != none ? std::min(remaining, limit) : remaining);
    finishReset();
    if (out.isRateLimited())
        finishRetryAfter();
    finishKind();
}

} // namespace

RatelimitHeaders RatelimitHeaders::parse(
    int status, std::span<const HeaderField> headers, QByteArrayView body, WallTime now)
{
    RatelimitHeaders result;
    result.status = status;
    Parser parser(result, now);
    for (const HeaderField &header : headers) {
        if (const Field field = headerFieldOf(header.name); field != Field::Other)
            parser.readField(field, header.value);
    }
    if (readsBody(status))
        parser.readBody(body);
    parser.finish();
    return result;
}

} // namespace Turnstile

#include "moc_RatelimitHeaders.cpp"
