// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
import { Client } from 'oceanic.js';
import { base, path, sendAll, token } from '../messages.mjs';

const client = new Client({ auth: `Bot ${token}`, rest: { baseURL: `${base}/api/v10` } });
client.on('error', console.error);
client.on('warn', console.error);
// Not channels.createMessage(), which reads the message that the model's `{}` is not.
await sendAll(json => client.rest.authRequest({ method: 'POST', path, json }));
