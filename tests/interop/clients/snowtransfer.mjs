// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
import { SnowTransfer } from 'snowtransfer';
import { base, channel, sendAll, token } from '../messages.mjs';

const client = new SnowTransfer(token, { baseHost: base });

// A 429 is an error to its user, who has to ask again; the queue then knows how long to wait.
async function post(body) {
    for (;;) {
        try {
            return await client.channel.createMessage(channel, body);
        } catch (error) {
            if (error.httpStatus !== 429)
                throw error;
        }
    }
}

await sendAll(post);
