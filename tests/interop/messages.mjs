// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What the clients in JavaScript have in common: where the server is, what they send, and a line of
// JSON that says how it went.
export const base = process.argv[2];
export const globalLimit = process.argv[3] && Number(process.argv[3]); // if it is to know
export const token = 'bm9ib2R5.nobody.nobody';
export const channel = '381870553235193857';
export const path = `/channels/${channel}/messages`;

// Asks for 10 messages at once, as a busy bot does. `post` sends one and ends with its answer.
export async function sendAll(post) {
    // A bot has a gateway connection that keeps its process alive; some clients rely on that.
    const alive = setInterval(() => {}, 1000);
    const bodies = Array.from({ length: 10 }, (_, i) => ({ content: `message ${i + 1}` }));
    const begin = performance.now();
    const outcomes = await Promise.allSettled(bodies.map(body => post(body)));
    const seconds = (performance.now() - begin) / 1000;
    clearInterval(alive);

    const failed = outcomes.filter(outcome => outcome.status === 'rejected');
    for (const { reason } of failed)
        console.error(reason);
    console.log(JSON.stringify({ seconds, answered: outcomes.length - failed.length }));
    process.exit(); // some keep timers for an hour
}
