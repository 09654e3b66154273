// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/tools/Expectation.h"

#include "tests/tools/ForbiddenOutcome.h"

#include <QtCore/QJsonArray>

#include <algorithm>

namespace Turnstile::Sim {
namespace {

// Whether a value is what is expected: the same, one of a list, or within a range.
bool agrees(const QJsonValue &value, const QJsonValue &expected)
{
    if (expected.isArray())
        return expected.toArray().contains(value);
    if (!expected.isObject())
        return value == expected;
    const QJsonObject object = expected.toObject();
    if (object.contains(u"one_of"))
        return object[u"one_of"].toArray().contains(value);
    return value.isDouble() && value.toDouble() >= object[u"min"].toDouble(value.toDouble())
        && value.toDouble() <= object[u"max"].toDouble(value.toDouble());
}

QString compare(const QJsonObject &found, const QJsonObject &expected)
{
    for (auto field = expected.begin(); field != expected.end(); ++field) {
        if (!agrees(found[field.key()], *field))
            return QStringLiteral("%1 is %2 in %3")
                .arg(field.key(), jsonText(found[field.key()]), jsonText(found));
    }
    return {};
}

} // namespace

QString Expectation::check()
{
    for (auto each = handlers().begin(); each != handlers().end(); ++each) {
        if (!m_entry.contains(each.key()))
            continue;
        each.value()(*this, m_fields.value(each.key()));
        const QString problem = m_fields.problem();
        return problem.isEmpty() ? problem : jsonText(m_entry) + QStringLiteral(": ") + problem;
    }
    return jsonText(m_entry) + QStringLiteral(": the checker does not know this");
}

const QHash<QString, Expectation::Handler> &Expectation::handlers()
{
    using E = Expectation;
    const auto name = [](const char *text) { return QString::fromLatin1(text); };
    static const QHash<QString, Handler> all{
        {name("granted"), &E::granted},
        {name("pending"), &E::pending},
        {name("never_granted"), &E::neverGranted},
        {name("rejected"), &E::rejected},
        {name("retry"), &E::retry},
        {name("order"), &E::order},
        {name("parsed"), &E::parsed},
        {name("same_bucket"), &E::sameBucket},
        {name("diff_bucket"), &E::diffBucket},
        {name("exempt_global"), [](E &e, const QJsonValue &value) { e.exempt(value, true); }},
        {name("not_exempt_global"), [](E &e, const QJsonValue &value) { e.exempt(value, false); }},
        {name("bucket"), &E::bucket},
        {name("tracked"),
            [](E &e, const QJsonValue &value) {
                const QJsonValue held = e.found(e.m_run.stats(e.atMs()))[u"buckets"];
                e.require(agrees(held, value), "%1 buckets are held", jsonText(held));
            }},
        {name("tracked_one_of"),
            [](E &e, const QJsonValue &value) {
                const QJsonValue held = e.found(e.m_run.stats(e.atMs()))[u"buckets"];
                e.require(value.toArray().contains(held), "%1 buckets are held", jsonText(held));
            }},
        {name("invalid_count"),
            [](E &e, const QJsonValue &value) {
                const QJsonValue count = e.found(e.m_run.stats(e.atMs()))[u"invalid_count"];
                e.require(agrees(count, value), "%1 are counted", jsonText(count));
            }},
        {name("max_grants"), &E::maxGrants},
        {name("all_granted"),
            [](E &e, const QJsonValue &value) { e.allGranted(e.requests(value), endOfTime); }},
        {name("all_granted_by_ms"),
            [](E &e, const QJsonValue &value) { e.allGranted(e.of(), value.toDouble()); }},
        {name("all_done_by_ms"),
            [](E &e, const QJsonValue &value) { e.allDone(e.of(), value.toDouble()); }},
        {name("max_429"),
            [](E &e, const QJsonValue &value) {
                const int count = e.m_run.outcome().rateLimited;
                e.require(value.isDouble() && count <= value.toInt(), "there were %1", count);
            }},
        {name("max_sends"),
            [](E &e, const QJsonValue &value) {
                qsizetype count = 0;
                for (const QString &request : e.of())
                    count += e.m_run.stories()[request].grants.size();
                e.require(value.isDouble() && count <= value.toInt(), "there were %1", count);
            }},
        {name("any_of"), &E::anyOf},
        {name("no"), &E::no},
        {name("ended"), &E::ended},
        {name("requeued"), &E::requeued},
        {name("waits"), &E::waits},
        {name("locked"),
            [](E &e, const QJsonValue &value) {
                e.checkEvents(u"locked", value, {QStringLiteral("until_ms")});
            }},
        {name("anomaly"),
            [](E &e, const QJsonValue &value) {
                e.checkEvents(
                    u"anomaly", value, {QStringLiteral("bucket"), QStringLiteral("route")});
            }},
        {name("header_error"), &E::headerError},
        {name("misuse"), &E::misuse},
        {name("key"),
            [](E &e, const QJsonValue &value) {
                e.compareRest(e.found(e.m_run.key(value.toString())),
                    {QStringLiteral("route"), QStringLiteral("major"), QStringLiteral("lane"),
                        QStringLiteral("exempt_global")});
            }},
        {name("global"),
            [](E &e, const QJsonValue &value) {
                e.fail(compare(e.found(e.m_run.global(e.atMs())), value.toObject()));
            }},
        {name("stats"),
            [](E &e, const QJsonValue &value) {
                e.fail(compare(e.found(e.m_run.stats(e.atMs())), value.toObject()));
            }},
    };
    return all;
}

// Helpers

const RequestStory &Expectation::story(const QJsonValue &request)
{
    static const RequestStory none;
    const auto known = m_run.stories().constFind(request.toString());
    if (known != m_run.stories().constEnd() && request.isString())
        return *known;
    fail(QStringLiteral("the scenario has no request ") + jsonText(request));
    return none;
}

QStringList Expectation::requests(const QJsonValue &patterns)
{
    if (patterns == true)
        return m_run.requests();
    QStringList result;
    for (const QJsonValue each : patterns.toArray()) {
        const QString pattern = each.toString();
        const qsizetype before = result.size();
        for (const QString &request : m_run.requests()) {
            if (pattern.endsWith(u'*') ? request.startsWith(QStringView(pattern).chopped(1))
                                       : request == pattern)
                result.append(request);
        }
        require(result.size() > before, "the scenario has no request %1", jsonText(each));
    }
    require(!result.isEmpty(), "%1 is no list of requests", jsonText(patterns));
    return result;
}

QStringList Expectation::lanes(const QJsonValue &ids)
{
    m_fields.value(u"when"); // was used to ask
    QStringList result;
    for (const QJsonValue id : ids.toArray())
        result.append(found(m_run.key(id.toString()))[u"lane"].toString());
    require(result.size() > 1, "%1 is no list of key steps", jsonText(ids));
    return result;
}

QJsonObject Expectation::found(const std::optional<QJsonObject> &answer)
{
    require(answer.has_value(), "there is no answer");
    return answer.value_or(QJsonObject());
}

void Expectation::compareRest(const QJsonObject &with, const QStringList &names)
{
    for (const QString &name : names) {
        if (!m_fields.has(name))
            continue;
        require(agrees(with[name], m_fields.value(name)), "%1 is %2", name, jsonText(with[name]));
    }
}

// Whether something happened when it should: at_ms, or not_before_ms and by_ms.
void Expectation::checkWindow(double at, QStringView what)
{
    double from = time(u"not_before_ms", 0);
    double until = time(u"by_ms", endOfTime);
    if (m_fields.has(u"at_ms")) {
        const double exactly = atMs();
        from = std::max(from, exactly - 1);
        until = m_fields.has(u"by_ms") ? until : exactly + 1;
    }
    require(at >= from && at <= until + m_run.slack(), "it was %1 at %2 ms", what.toString(), at);
}

void Expectation::checkCount(qsizetype count)
{
    if (m_fields.has(u"count"))
        require(agrees(count, m_fields.value(u"count")), "there are %1", count);
    else
        require(count > 0, "there is none");
}

void Expectation::checkEvents(QStringView type, const QJsonValue &kind, const QStringList &compared)
{
    QJsonObject expected{
        {QStringLiteral("event"), type.toString()}, {QStringLiteral("kind"), kind}};
    for (const QString &name : compared) {
        if (m_fields.has(name))
            expected[name] = m_fields.value(name);
    }
    if (m_fields.has(u"at_ms"))
        expected[QStringLiteral("t_ms")] = atMs();
    require(kind.isString(), "%1 is no kind", jsonText(kind));
    checkCount(std::count_if(m_run.events().begin(), m_run.events().end(),
        [&expected](const QJsonObject &event) { return compare(event, expected).isEmpty(); }));
}

// The forms of the shared cases

void Expectation::granted(const QJsonValue &value)
{
    const RequestStory &is = story(value);
    if (is.grants.isEmpty())
        fail(QStringLiteral("it was never granted"));
    else
        checkWindow(is.grants.first(), u"granted");
}

void Expectation::pending(const QJsonValue &value)
{
    const RequestStory &is = story(value);
    const double until = m_fields.number(u"until_ms", 0, endOfTime);
    if (!is.grants.isEmpty())
        require(is.grants.first() >= until, "it was granted at %1 ms", is.grants.first());
    else if (!is.ended.isEmpty())
        require(is.ended.first()[u"t_ms"].toDouble() >= until, jsonText(is.ended.first()));
}

void Expectation::neverGranted(const QJsonValue &value)
{
    const RequestStory &is = story(value);
    if (!is.grants.isEmpty())
        fail(QStringLiteral("it was granted at %1 ms").arg(is.grants.first()));
}

void Expectation::rejected(const QJsonValue &value)
{
    const RequestStory &is = story(value);
    neverGranted(value);
    if (is.ended.isEmpty())
        fail(QStringLiteral("it never ended"));
    else
        checkWindow(is.ended.first()[u"t_ms"].toDouble(), u"rejected");
}

void Expectation::retry(const QJsonValue &value)
{
    const RequestStory &is = story(value);
    if (is.grants.size() < 2)
        fail(QStringLiteral("it was granted %1 times").arg(is.grants.size()));
    else
        checkWindow(is.grants[1], u"granted again");
}

void Expectation::order(const QJsonValue &value)
{
    const QStringList all = requests(value);
    qsizetype last = -1;
    for (const QString &request : all) {
        const qsizetype at = m_run.stories()[request].firstGrant;
        require(at >= 0, "%1 was never granted", request);
        require(at > last, "%1 came too early", request);
        last = at;
    }
}

void Expectation::parsed(const QJsonValue &value)
{
    const auto event = std::find_if(m_run.events().begin(), m_run.events().end(),
        [](const QJsonObject &each) { return each[u"event"] == QStringLiteral("parsed"); });
    if (event == m_run.events().end())
        return fail(QStringLiteral("nothing was parsed"));
    QJsonObject told = *event;
    if (!told.contains(u"scope"))
        told[QStringLiteral("scope")] = QStringLiteral("none");
    require(value.isObject() && !value.toObject().isEmpty(), "nothing is expected");
    fail(compare(told, value.toObject()));
}

void Expectation::sameBucket(const QJsonValue &value)
{
    QStringList all = lanes(value);
    all.removeDuplicates();
    require(all.size() == 1, "the lanes are %1", all.join(QStringLiteral(" | ")));
}

void Expectation::diffBucket(const QJsonValue &value)
{
    QStringList all = lanes(value);
    require(all.removeDuplicates() == 0, "the lanes are %1", all.join(QStringLiteral(" | ")));
}

void Expectation::exempt(const QJsonValue &value, bool expected)
{
    for (const QJsonValue id : value.toArray()) {
        require(found(m_run.key(id.toString()))[u"exempt_global"].toBool() == expected,
            "%1 is different", id.toString());
    }
    require(!value.toArray().isEmpty(), "no key steps are named");
}

void Expectation::bucket(const QJsonValue &value)
{
    story(value);
    const QJsonObject is = found(m_run.bucket(value.toString(), atMs()));
    compareRest(is,
        {QStringLiteral("limit"), QStringLiteral("remaining"), QStringLiteral("queued"),
            QStringLiteral("in_flight"), QStringLiteral("reset_after_ms"), QStringLiteral("hash"),
            QStringLiteral("known")});
    if (m_fields.has(u"remaining_max"))
        require(
            is[u"remaining"].toDouble(endOfTime) <= m_fields.number(u"remaining_max", 0, endOfTime),
            "remaining is %1", jsonText(is[u"remaining"]));
    if (m_fields.flag(u"absent_or_refilled", false))
        require(
            !is[u"known"].toBool() || is[u"remaining"] == is[u"limit"], "it is %1", jsonText(is));
}

void Expectation::maxGrants(const QJsonValue &value)
{
    const double from = time(u"from_ms", 0);
    const double until = time(u"until_ms", endOfTime);
    qsizetype count = 0;
    for (const QString &request : of()) {
        const QList<double> &grants = m_run.stories()[request].grants;
        count += std::count_if(
            grants.begin(), grants.end(), [=](double at) { return at >= from && at <= until; });
    }
    require(value.isDouble() && count <= value.toInt(), "there were %1", count);
}

void Expectation::allGranted(const QStringList &all, double by)
{
    for (const QString &request : all) {
        const QList<double> &grants = m_run.stories()[request].grants;
        if (grants.isEmpty())
            fail(request + QStringLiteral(" was never granted"));
        else
            require(grants.first() <= by + m_run.slack(), "%1 was granted at %2 ms", request,
                grants.first());
    }
}

void Expectation::allDone(const QStringList &all, double by)
{
    for (const QString &request : all) {
        const QList<QJsonObject> &ends = m_run.stories()[request].ended;
        if (ends.isEmpty())
            fail(request + QStringLiteral(" never ended"));
        else
            require(ends.first()[u"t_ms"].toDouble() <= by + m_run.slack(), jsonText(ends.first()));
    }
}

void Expectation::anyOf(const QJsonValue &value)
{
    QStringList problems;
    for (const QJsonValue alternative : value.toArray()) {
        QString problem;
        const QJsonArray entries =
            alternative.isArray() ? alternative.toArray() : QJsonArray{alternative};
        for (const QJsonValue entry : entries)
            problem += Expectation(m_run, entry.toObject()).check();
        if (problem.isEmpty() && !entries.isEmpty())
            return;
        problems.append(problem);
    }
    fail(QStringLiteral("none holds: ") + problems.join(QStringLiteral("; ")));
}

void Expectation::no(const QJsonValue &value)
{
    for (const QJsonValue what : value.toArray())
        fail(forbiddenOutcome(m_run, what.toString()));
    require(!value.toArray().isEmpty(), "nothing is named");
}

// Our own

void Expectation::ended(const QJsonValue &value)
{
    const QList<QJsonObject> &ends = story(value).ended;
    if (ends.size() != 1)
        return fail(QStringLiteral("it ended %1 times").arg(ends.size()));
    const QJsonObject &is = ends.first();
    compareRest(is, {QStringLiteral("how")});
    checkWindow(is[u"t_ms"].toDouble(), u"ended");
    const QString why = m_fields.text(u"why", QString());
    require(is[u"why"].toString().contains(why), "it ended as in %1", is[u"why"].toString());
}

void Expectation::requeued(const QJsonValue &value)
{
    const QList<QJsonObject> &all = story(value).requeued;
    if (all.isEmpty())
        return fail(QStringLiteral("it was never put back"));
    compareRest(all.first(), {QStringLiteral("kind"), QStringLiteral("wait_ms")});
}

void Expectation::waits(const QJsonValue &value)
{
    story(value);
    const QJsonArray is = found(m_run.waits(value.toString(), atMs()))[u"reasons"].toArray();
    QJsonArray reasons;
    for (const QJsonValue each : is)
        reasons.append(each[u"reason"]);
    const QJsonValue expected = m_fields.value(u"reasons");
    require(expected.isArray() && reasons == expected.toArray(), "it is %1", jsonText(is));
    QJsonObject last = is.last().toObject();
    const double until = m_fields.value(u"until_ms").toDouble();
    if (const double late = last[u"until_ms"].toDouble() - until; late > 0 && late <= m_run.slack())
        last[QStringLiteral("until_ms")] = until;
    compareRest(last, {QStringLiteral("until_ms"), QStringLiteral("behind")});
}

void Expectation::headerError(const QJsonValue &value)
{
    const QList<QJsonObject> &all = story(value).headerErrors;
    const QString field = m_fields.text(u"field");
    checkCount(std::count_if(all.begin(), all.end(),
        [&field](const QJsonObject &each) { return each[u"field"] == field; }));
}

void Expectation::misuse(const QJsonValue &value)
{
    const auto known = m_run.stories().constFind(value.toString());
    const QList<QJsonObject> all =
        known == m_run.stories().constEnd() ? QList<QJsonObject>() : known->misuses;
    checkCount(all.size());
    if (!all.isEmpty())
        compareRest(all.first(), {QStringLiteral("op")});
}

} // namespace Turnstile::Sim
