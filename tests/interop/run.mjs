// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// run.mjs BUILD: other people's clients send 10 messages to turnstile-sim, which counts. Prints a
// Markdown table, and fails when a client fares otherwise than is said here: then ModelApi does not
// speak Discord's dialect, or lets too much through.
import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { promisify } from 'node:util';

const run = promisify(execFile);
const build = process.argv[2];
const messages = 10;
const atOnce = 3; // they wait most of the time, but starting one is work

// `least` is what the limit allows: 10 messages at 3 per second begin a 4th window, at 4 per second
// a 3rd one. A client measures from its first request to its last answer, both on the outside of
// what the server counts, so there is no tolerance. `most` leaves a whole window for round trips,
// and in the global runs another one, since Retry-After is in whole seconds.
const bucket = { name: '3 per s', options: ['--limit', '3', '--global', '50'], kind: 'bucket', least: 3, most: 4 };
const global = { name: '4 per s in all', options: ['--limit', '50', '--global', '4'], kind: 'global', least: 2, most: 4 };
const told = { ...global, name: '4 per s in all, told', argument: '4', most: 3 };

// How a client may fare: how many 429s it gets, and whether it takes longer than `most`.
const polite = { verdict: 'well-behaved', limited: [0, 0] };
const late = { verdict: 'well-behaved, late', limited: [0, 0], extra: 1 };
// Counts its own seconds from when it sends: right, unless its first request is slow to arrive.
const nearly = { verdict: 'well-behaved', limited: [0, 2], extra: 1 };
const recovers = { verdict: 'recovers', limited: [1, 2 * messages] };

const turnstile = `${build}/tests/interop/turnstile-interop`;
const script = name => ['node', `clients/${name}.mjs`];
const clients = [
    { name: '@discordjs/rest', command: script('discordjs-rest'), runs: [[bucket, polite], [global, recovers], [told, nearly]] },
    // Looks once a second whether it may send on.
    { name: '@discordeno/rest', command: script('discordeno'), runs: [[bucket, late], [global, recovers]] },
    { name: 'oceanic.js', command: script('oceanic'), runs: [[bucket, polite], [global, recovers]] },
    { name: 'snowtransfer', command: script('snowtransfer'), runs: [[bucket, polite], [global, recovers]] },
    // Sends everything that it is asked for until the first answer names the bucket.
    { name: 'detritus-client-rest', command: script('detritus'), runs: [[bucket, recovers], [global, recovers]] },
    // Logs in first.
    { name: 'discord.py', python: 'clients/python-discord.py', before: 1, runs: [[bucket, polite], [global, recovers]] },
    { name: 'Turnstile, RestClient', command: [turnstile, 'rest'], runs: [[bucket, polite], [global, recovers], [told, polite]] },
    { name: 'Turnstile, tickets', command: [turnstile, 'tickets'], runs: [[bucket, polite], [global, recovers], [told, polite]] },
];

async function versionOf(client) {
    if (client.command[0] === 'node')
        return JSON.parse(await readFile(`node_modules/${client.name}/package.json`)).version;
    if (client.python)
        return (await run(client.command[0], ['-c', 'import discord; print(discord.__version__)'])).stdout.trim();
    return (await run(`${build}/tools/turnstile-sim/turnstile-sim`, ['--version'])).stdout.trim().split(' ').pop();
}

// The Python that has Debian's packages may not be the first one in PATH.
async function findPython() {
    for (const python of ['python3', '/usr/bin/python3']) {
        try {
            await run(python, ['-c', 'import discord']);
            return python;
        } catch {
            continue;
        }
    }
}

async function serve(options) {
    const server = spawn(`${build}/tools/turnstile-sim/turnstile-sim`,
        ['serve', '--port', '0', '--window', '1000', ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
    let summary = '';
    server.stderr.on('data', data => summary += data);
    const closed = once(server, 'close');
    const [line] = await Promise.race([once(server.stdout, 'data'), closed]);
    const number = pattern => Number(pattern.exec(summary)?.[1] ?? 0);
    return {
        url: String(line).trim(),
        async stop() {
            server.kill();
            await closed;
            if (!/^Served \d+ requests/.test(summary))
                throw new Error(`turnstile-sim serve: ${summary || 'no summary'}`);
            return {
                requests: number(/^Served (\d+)/),
                passed: number(/^ +200: (\d+)/m),
                limited: number(/^ +429: (\d+)/m),
                ofKind: kind => number(new RegExp(`^ +429 of kind ${kind}: (\\d+)`, 'm')),
            };
        },
    };
}

async function measure(client, limits) {
    const server = await serve(limits.options);
    const [program, ...rest] = client.command;
    const outcome = await run(program, [...rest, server.url, ...(limits.argument ? [limits.argument] : [])],
        { timeout: 30_000 }).catch(error => error);
    const served = await server.stop();
    process.stderr.write(outcome.stderr ?? '');
    try {
        return { ...JSON.parse(outcome.stdout), ...served };
    } catch {
        return { ...served, problem: outcome.killed ? 'did not end within 30 s' : 'ended without a result' };
    }
}

function problems(client, limits, expected, result) {
    if (result.problem)
        return [result.problem];
    const [fewest, most] = expected.limited;
    const found = [];
    if (result.answered !== messages || result.passed !== messages + (client.before ?? 0))
        found.push(`${result.answered} of ${messages} answered, ${result.passed} passed`);
    if (result.limited < fewest || result.limited > most)
        found.push(`${result.limited} times 429, not ${fewest} to ${most}`);
    if (result.ofKind(limits.kind) !== result.limited)
        found.push(`a 429 that is not of kind ${limits.kind}`);
    if (result.seconds < limits.least)
        found.push(`sooner than in ${limits.least} s`);
    return found;
}

async function fare({ client, limits, expected }) {
    const most = limits.most + (expected.extra ?? 0);
    let result = await measure(client, limits);
    let found = problems(client, limits, expected, result);
    if (found.length === 0 && result.seconds > most) { // once more: the machine may have been busy
        result = await measure(client, limits);
        found = problems(client, limits, expected, result);
        if (result.seconds > most)
            found.push(`later than in ${most} s`);
    }
    const verdict = found.length === 0 ? expected.verdict : `**failed**: ${found.join('; ')}`;
    const row = [client.name, client.version, limits.name, result.seconds ? `${result.seconds.toFixed(2)} s` : '-',
        result.requests - (client.before ?? 0), result.limited, verdict];
    return { row, failed: found.length > 0 };
}

const python = await findPython();
const present = clients.filter(client => client.command || python);
if (!python)
    console.error('skipped: discord.py, since there is no Python with it (python3-discord)');
for (const client of present) {
    client.command ??= [python, client.python];
    client.version = await versionOf(client);
}
const jobs = [bucket, global, told].flatMap(limits => present.flatMap(client =>
    client.runs.filter(([which]) => which === limits).map(([, expected]) => ({ client, limits, expected }))));
const results = new Array(jobs.length);
let next = 0;
async function work() {
    while (next < jobs.length) {
        const job = next++;
        results[job] = await fare(jobs[job]);
    }
}
await Promise.all(Array.from({ length: atOnce }, work));

console.log('| client | version | limit | time | requests | 429s | verdict |');
console.log('| --- | --- | --- | ---: | ---: | ---: | --- |');
for (const { row } of results)
    console.log(`| ${row.join(' | ')} |`);
process.exitCode = results.some(({ failed }) => failed) ? 1 : 0;
