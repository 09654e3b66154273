// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// drain.mjs URL REQUESTS BUCKETS GLOBAL: @discordjs/rest asks for all at once, as messages of so
// many channels, and says in a line of JSON how it went. GLOBAL 0: there is no such limit.
import { REST } from '@discordjs/rest';

const [base, ...rest] = process.argv.slice(2);
const [requests, buckets, globalLimit] = rest.map(Number);
const client = new REST({ api: `${base}/api`, globalRequestsPerSecond: globalLimit || Infinity });
client.setToken('bm9ib2R5.nobody.nobody');

const busy = process.cpuUsage();
const begin = performance.now();
const outcomes = await Promise.allSettled(Array.from({ length: requests },
    (_, i) => client.get(`/channels/${381870553235193857n + BigInt(i % buckets)}/messages`)));
const seconds = (performance.now() - begin) / 1000;
const { user, system } = process.cpuUsage(busy);
const answered = outcomes.filter(outcome => outcome.status === 'fulfilled').length;
console.log(JSON.stringify({ seconds, answered, processorSeconds: (user + system) / 1e6 }));
process.exit(); // it keeps timers for an hour
