// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "tools/turnstile-sim/ScriptHost.h"

#include <QtCore/QJsonObject>
#include <QtCore/QStringList>

namespace Turnstile::Sim {

/// Plays a scenario and compares what happens with its `expect`. Returns what is not as expected;
/// empty when all is well. What the checker does not know is not as expected either.
///
/// An entry of `expect` is one of these. Times are in ms; where a value is compared, a list is a
/// choice of several, and an object is `{"min", "max"}` or `{"one_of"}`. A list of requests may
/// name many at once by `m*`, in the order in which they are asked for.
///
/// | entry | holds when |
/// | --- | --- |
/// | `granted` {`at_ms`, `not_before_ms`, `by_ms`} | granted first at that time (+-1), from, until
/// | | `pending` {`until_ms`} | neither granted nor ended before | | `never_granted` | | |
/// `rejected` {`by_ms`} | ended without a grant | | `retry` {`not_before_ms`, `by_ms`} | granted a
/// second time | | `order` [..] | granted first one after another | | `parsed` {..} | the fields of
/// the first `parsed` | | `same_bucket`, `diff_bucket` [ids] {`when`} | the lanes of `key` steps;
/// `when` {id: {`auth`}} | | `exempt_global`, `not_exempt_global` [ids] | the same | | `bucket`
/// {`at_ms`, `limit`, `remaining`, `remaining_max`, `absent_or_refilled`} | of a request | |
/// `tracked`, `tracked_one_of`, `invalid_count` {`at_ms`} | buckets held, invalid answers | |
/// `max_grants` {`of`, `from_ms`, `until_ms`} | at most so many grants from, until | |
/// `all_granted` true or [..] | | | `all_granted_by_ms`, `all_done_by_ms` {`of`} | | | `max_429`,
/// `max_sends` | at most so many answers 429, grants | | `any_of` [..] | one of these entries, or
/// lists of entries, holds | | `no` [..] | none of `crash`, `negative_wait`, `infinite_wait`,
/// `busy_loop`, `lost_request` (one that never ended), `unbounded_growth` |
///
/// And our own:
///
/// | entry | holds when |
/// | --- | --- |
/// | `ended` {`how`, `at_ms`, `why`} | ended so, then (+-1); `why` is a part of the text |
/// | `requeued` {`kind`, `wait_ms`} | put back first by a 429 of that kind |
/// | `waits` {`at_ms`, `reasons`, `until_ms`, `behind`} | waits for these; the last one so |
/// | `locked`, `anomaly` {`at_ms`, `until_ms`, `count`} | there is one of that kind; or so many |
/// | `header_error` {`field`, `count`} | for that request |
/// | `misuse` {`op`, `count`} | for that request; a misuse that nobody expects is a failure |
/// | `key` {`route`, `major`} | the fields of that `key` step |
/// | `global`, `stats` {..} {`at_ms`} | the fields of the answer |
///
/// Where an entry needs a question, a step that asks is put behind all steps of its time.
///
/// With \a redis it is played as a process that shares its token.
QStringList unmetExpectations(
    const QJsonObject &scenario, std::unique_ptr<ScriptHost> redis = nullptr);

} // namespace Turnstile::Sim
