// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/Scenario.h"

#include "tools/turnstile-sim/JsonFields.h"

#include <QtCore/QHash>
#include <QtCore/QJsonDocument>

#include <algorithm>
#include <cmath>

namespace Turnstile::Sim {
namespace {

using namespace std::chrono_literals;

constexpr double maxTimeMs = 1e-6 * double(Scenario::maxTime.count());
constexpr double maxConfigMs = double(std::chrono::milliseconds(720h).count());

/// Reads the parts of a scenario, and keeps count of what is limited in all.
class ScenarioReader {
public:
    void read(JsonFields &fields, Scenario *scenario);

private:
    void readConfig(JsonFields &config, Scenario *scenario);
    void readSteps(const QJsonArray &given, JsonFields &fields, Scenario *scenario);
    void readStep(JsonFields &fields, Step *step);
    void readAcquire(JsonFields &fields, Step *step);
    void readEndpoint(JsonFields &fields, Step *step);
    Credential readCredential(JsonFields &fields);
    void readResponse(JsonFields &fields, bool needsStatus, ScriptedResponse *response);
    QByteArray readValue(const QJsonValue &value, JsonFields &fields);
    void readPredicate(JsonFields &fields, TicketOptions *options);

    int m_requests = 0;
    qsizetype m_expanded = 0;
};

QString textOf(const char *latin1)
{
    return QString::fromLatin1(latin1);
}

std::optional<milliseconds> readMs(JsonFields &fields, QStringView name, double min = 0)
{
    if (!fields.has(name))
        return {};
    return milliseconds(qint64(std::ceil(fields.number(name, min, maxConfigMs))));
}

Elapsed readTime(JsonFields &fields, QStringView name, const std::optional<double> &fallback = {})
{
    return Elapsed(std::llround(fields.number(name, 0, maxTimeMs, fallback) * 1e6));
}

Ordering readOrdering(JsonFields &fields, Ordering fallback)
{
    static const QStringList words{
        textOf("automatic"), textOf("strict"), textOf("concurrent")}; // in the enum's order
    return Ordering(fields.choice(u"ordering", words, int(fallback)));
}

void ScenarioReader::read(JsonFields &fields, Scenario *scenario)
{
    scenario->id = fields.text(u"id");
    if (scenario->id.isEmpty())
        fields.fail(u"id", textOf("is missing: a text that is not empty"));
    scenario->title = fields.text(u"title", QString());
    fields.text(u"kind", QString());
    scenario->note = fields.text(u"note", QString());
    static const QStringList levels{textOf("must"), textOf("should"), textOf("policy")};
    const int level = fields.choice(u"level", levels, -1);
    scenario->level = level < 0 ? QString() : levels[level];

    const QJsonValue config = fields.value(u"config");
    if (config.isObject()) {
        JsonFields inner(config.toObject(), textOf("config"));
        readConfig(inner, scenario);
        fields.fail(inner.problem());
    } else if (!config.isUndefined()) {
        fields.fail(u"config", textOf("is an object, not ") + jsonText(config));
    }
    const QJsonValue expect = fields.value(u"expect");
    if (!expect.isArray() && !expect.isUndefined())
        fields.fail(u"expect", textOf("is an array, not ") + jsonText(expect));
    scenario->expect = expect.toArray();
    const QJsonValue given = fields.value(u"given");
    if (!given.isArray())
        fields.fail(u"given", textOf("is missing: an array of steps"));
    readSteps(given.toArray(), fields, scenario);
    if (!config[u"response_timeout_ms"].isDouble() && !scenario->steps.empty()) {
        const auto last = std::chrono::ceil<milliseconds>(scenario->steps.back().at);
        scenario->options.responseTimeout = std::max(scenario->options.responseTimeout, last + 1ms);
    }
}

void ScenarioReader::readConfig(JsonFields &config, Scenario *scenario)
{
    SchedulerOptions &options = scenario->options;
    const auto readDuration = [&config](QStringView name, double min, milliseconds *target) {
        if (const auto duration = readMs(config, name, min))
            *target = *duration;
    };
    options.globalLimit = config.whole(u"global_limit", 0, 1'000'000, options.globalLimit);
    readDuration(u"global_window_ms", 1, &options.globalPeriod);
    options.invalidLimit = config.whole(u"invalid_limit", 0, 1'000'000'000, options.invalidLimit);
    readDuration(u"invalid_window_ms", 1, &options.invalidPeriod);
    readDuration(u"response_timeout_ms", 1, &options.responseTimeout);
    options.maxWait = readMs(config, u"max_wait_ms");
    options.ordering = readOrdering(config, options.ordering);
    options.compensate = config.flag(u"compensate", options.compensate);
    options.maxQueued = config.whole(u"max_queued", 0, options.maxQueued, options.maxQueued);
    options.maxQueuedPerBucket = config.whole(
        u"max_queued_per_bucket", 0, options.maxQueuedPerBucket, options.maxQueuedPerBucket);

    // A name, and not a path: it is handed to the C library.
    const QString locale = config.text(u"locale", QString());
    const bool isName = std::all_of(locale.begin(), locale.end(), [](QChar c) {
        return c.unicode() < 128 && (c.isLetterOrNumber() || QStringView(u"_.@-").contains(c));
    });
    if (!isName || locale.size() > 40)
        config.fail(u"locale", textOf("is no name of a locale: ") + jsonText(locale));
    scenario->locale = locale.toLatin1();

    const QJsonValue automatic = config.value(u"auto_respond");
    if (automatic.isUndefined())
        return;
    if (!automatic.isObject())
        config.fail(u"auto_respond", textOf("is an object, not ") + jsonText(automatic));
    JsonFields fields(automatic.toObject(), textOf("config: auto_respond"));
    Scenario::AutoRespond respond;
    readResponse(fields, false, &respond.response);
    respond.latency = readTime(
        fields, u"latency_ms", std::chrono::duration<double, std::milli>(respond.latency).count());
    scenario->autoRespond = respond;
    config.fail(fields.problem());
}

void ScenarioReader::readSteps(const QJsonArray &given, JsonFields &fields, Scenario *scenario)
{
    if (given.size() > Scenario::maxSteps) {
        fields.fail(textOf("given: more than %1 steps").arg(Scenario::maxSteps));
        return;
    }
    Elapsed before{};
    for (const auto &each : given) {
        const QString where = textOf("given[%1]").arg(scenario->steps.size());
        if (!each.isObject()) {
            fields.fail(where + textOf(": is an object, not ") + jsonText(each));
            return;
        }
        JsonFields inner(each.toObject(), where);
        Step step;
        step.at = readTime(inner, u"t_ms");
        if (step.at < before)
            inner.fail(u"t_ms", textOf("goes back"));
        before = step.at;
        readStep(inner, &step);
        if (const QString problem = inner.problem(); !problem.isEmpty()) {
            fields.fail(problem);
            return;
        }
        scenario->steps.push_back(std::move(step));
    }
}

void ScenarioReader::readStep(JsonFields &fields, Step *step)
{
    using Op = Step::Op;
    static const QHash<QString, Op> ops{{textOf("acquire"), Op::Acquire},
        {textOf("acquire_many"), Op::Acquire}, {textOf("respond"), Op::Respond},
        {textOf("fail"), Op::Fail}, {textOf("cancel"), Op::Cancel},
        {textOf("bucket"), Op::AskBucket}, {textOf("global"), Op::AskGlobal},
        {textOf("stats"), Op::AskStats}, {textOf("waits"), Op::AskWaits},
        {textOf("parse"), Op::Parse}, {textOf("key"), Op::Key}, {textOf("token"), Op::Token},
        {textOf("flow"), Op::SetFlow}, {textOf("sweep"), Op::Sweep},
        {textOf("shutdown"), Op::Shutdown}, {textOf("end"), Op::End}};
    static const QStringList flows{
        textOf("open"), textOf("paused"), textOf("draining")}; // in the enum's order

    const QString name = fields.text(u"op");
    const auto op = ops.constFind(name);
    if (op == ops.constEnd()) {
        fields.fail(u"op", textOf("is unknown: ") + jsonText(name));
        return;
    }
    step->op = *op;
    switch (step->op) {
    case Op::Acquire:
        if (name == u"acquire_many")
            step->count = fields.whole(u"count", 1, Scenario::maxRequests);
        step->name = fields.text(step->count ? u"prefix" : u"req");
        readAcquire(fields, step);
        break;
    case Op::Respond:
        step->name = fields.text(u"req");
        readResponse(fields, true, &step->response);
        step->retry = fields.flag(u"retry", true);
        break;
    case Op::Fail:
        step->name = fields.text(u"req");
        step->error = fields.text(u"error", QString());
        break;
    case Op::Cancel:
    case Op::AskWaits:
        step->name = fields.text(u"req");
        break;
    case Op::AskBucket:
    case Op::Key:
        step->name = fields.text(u"id");
        readEndpoint(fields, step);
        break;
    case Op::AskGlobal:
    case Op::AskStats:
        step->name = fields.text(u"id");
        break;
    case Op::Parse:
        readResponse(fields, true, &step->response);
        break;
    case Op::Token:
        step->credential = readCredential(fields);
        break;
    case Op::SetFlow:
        fields.text(u"to"); // must be there
        step->flow = Flow(fields.choice(u"to", flows, 0));
        if (fields.has(u"method") || fields.has(u"path"))
            readEndpoint(fields, step);
        break;
    case Op::Sweep:
    case Op::Shutdown:
    case Op::End:
        break;
    }
}

void ScenarioReader::readAcquire(JsonFields &fields, Step *step)
{
    m_requests += step->count.value_or(1);
    if (m_requests > Scenario::maxRequests)
        fields.fail(textOf("more than %1 requests in one scenario").arg(Scenario::maxRequests));
    readEndpoint(fields, step);
    step->options.priority = Priority(fields.whole(u"priority", -1, 1, 0));
    step->options.deadline = readMs(fields, u"deadline_ms");
    if (fields.has(u"ordering"))
        step->options.ordering = readOrdering(fields, Ordering::Automatic);
    step->options.lane = fields.text(u"lane", QString()).toUtf8();
    step->cancelledBefore = fields.flag(u"cancelled_before", false);
    if (fields.has(u"predicate"))
        readPredicate(fields, &step->options);
}

void ScenarioReader::readEndpoint(JsonFields &fields, Step *step)
{
    const QString name = fields.text(u"method");
    const auto method = methodFromName(name.toLatin1());
    if (!method)
        fields.fail(u"method", textOf("is unknown: ") + jsonText(name));
    const QString path = fields.text(u"path");
    step->endpoint = Endpoint(method.value_or(Method::Get), path, readCredential(fields));
}

Credential ScenarioReader::readCredential(JsonFields &fields)
{
    const QString auth = fields.text(u"auth", textOf("bot"));
    if (auth == u"bot")
        return {};
    if (auth == u"none")
        return Credential::none();
    const bool isToken = auth.startsWith(u"bot:") || auth.startsWith(u"bearer:");
    if (!isToken || auth.endsWith(u':'))
        fields.fail(u"auth", textOf("is bot, none, bot:X or bearer:X, not ") + jsonText(auth));
    return Credential::token(auth.toUtf8());
}

void ScenarioReader::readResponse(JsonFields &fields, bool needsStatus, ScriptedResponse *response)
{
    response->status =
        fields.whole(u"status", 100, 999, needsStatus ? std::nullopt : std::optional(200));
    const QJsonValue headers = fields.value(u"headers");
    if (!headers.isArray() && !headers.isUndefined())
        fields.fail(u"headers", textOf("is an array of pairs, not ") + jsonText(headers));
    const QJsonArray pairs = headers.toArray();
    for (const auto &each : pairs) {
        const QJsonArray pair = each.toArray();
        if (pair.size() != 2 || !pair[0].isString()) {
            fields.fail(u"headers", textOf("has what is no pair: ") + jsonText(each));
            return;
        }
        response->headers.emplace_back(pair[0].toString().toUtf8(), readValue(pair[1], fields));
    }
    const QJsonValue body = fields.value(u"body");
    if (body.isString()) {
        response->body = body.toString().toUtf8();
    } else if (!body.isNull() && !body.isUndefined()) {
        const QByteArray array = QJsonDocument(QJsonArray{body}).toJson(QJsonDocument::Compact);
        response->body = array.mid(1, array.size() - 2);
    }
}

QByteArray ScenarioReader::readValue(const QJsonValue &value, JsonFields &fields)
{
    if (value.isString())
        return value.toString().toUtf8();
    QByteArray bytes;
    JsonFields inner(value.toObject(), textOf("headers"));
    if (inner.has(u"hex")) {
        const QByteArray hex = inner.text(u"hex").toUtf8();
        bytes = QByteArray::fromHex(hex);
        if (bytes.toHex() != hex.toLower())
            inner.fail(u"hex", textOf("is no hexadecimal number of whole bytes"));
    } else if (inner.has(u"repeat")) {
        const QByteArray part = inner.text(u"repeat").toUtf8();
        const int count = inner.whole(u"count", 0, Scenario::maxExpanded);
        m_expanded += part.size() * count;
        if (m_expanded > Scenario::maxExpanded)
            inner.fail(u"count", textOf("is too large"));
        else
            bytes = part.repeated(count);
    } else {
        inner.fail(textOf("headers: ") + jsonText(value) + textOf(" is no value of a header"));
    }
    if (const QString problem = inner.problem(); !problem.isEmpty())
        fields.fail(u"headers", textOf("is wrong in ") + problem);
    return bytes;
}

void ScenarioReader::readPredicate(JsonFields &fields, TicketOptions *options)
{
    using Value = std::optional<int> (*)(const Bucket &);
    static const QHash<QString, Value> values{
        {textOf("limit"), [](const Bucket &bucket) { return bucket.limit; }},
        {textOf("remaining"), [](const Bucket &bucket) { return bucket.remaining; }},
        {textOf("queued"), [](const Bucket &bucket) { return std::optional(bucket.queued); }},
        {textOf("in_flight"), [](const Bucket &bucket) { return std::optional(bucket.inFlight); }}};
    using Compare = bool (*)(int, int);
    static const std::vector<std::pair<QString, Compare>> operators{
        {textOf("<="), [](int a, int b) { return a <= b; }},
        {textOf(">="), [](int a, int b) { return a >= b; }},
        {textOf("=="), [](int a, int b) { return a == b; }},
        {textOf("<"), [](int a, int b) { return a < b; }},
        {textOf(">"), [](int a, int b) { return a > b; }}};

    const QString text = fields.text(u"predicate");
    for (const auto &[sign, compare] : operators) {
        const auto at = text.indexOf(sign);
        if (at < 0)
            continue;
        const auto value = values.constFind(text.left(at).trimmed());
        bool isNumber = false;
        const int bound = text.mid(at + sign.size()).trimmed().toInt(&isNumber);
        if (value == values.constEnd() || !isNumber)
            break;
        options->predicate = [value = *value, compare = compare, bound](const auto &bucket) {
            const std::optional<int> known = bucket ? value(*bucket) : std::nullopt;
            return !known || compare(*known, bound);
        };
        return;
    }
    fields.fail(u"predicate",
        textOf("is not understood: %1 (as in remaining>10; limit, remaining, queued or in_flight)")
            .arg(jsonText(text)));
}

} // namespace

RatelimitHeaders ScriptedResponse::parse(WallTime now) const
{
    std::vector<HeaderField> fields;
    fields.reserve(headers.size());
    for (const auto &[name, value] : headers)
        fields.push_back({name, value});
    return RatelimitHeaders::parse(status, fields, body, now);
}

std::optional<Scenario> Scenario::parse(QByteArrayView line, QString *problem)
{
    if (line.size() > maxLine) {
        *problem = textOf("the line is longer than %1 bytes").arg(maxLine);
        return {};
    }
    QJsonParseError error;
    const auto document = QJsonDocument::fromJson(line.toByteArray(), &error);
    if (error.error != QJsonParseError::NoError) {
        *problem =
            textOf("this is not JSON: %1, at byte %2").arg(error.errorString()).arg(error.offset);
        return {};
    }
    if (!document.isObject()) {
        *problem = textOf("a scenario is a JSON object");
        return {};
    }
    if (const auto name = repeatedMember(line)) {
        *problem = textOf("the member ") + jsonText(*name) + textOf(" comes twice in one object");
        return {};
    }
    Scenario scenario;
    JsonFields fields(document.object(), {});
    ScenarioReader().read(fields, &scenario);
    *problem = fields.problem();
    if (!problem->isEmpty())
        return {};
    return scenario;
}

} // namespace Turnstile::Sim
