// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
import { Client } from 'detritus-client-rest';
import { base, channel, sendAll, token } from '../messages.mjs';

const client = new Client(token, { authType: 'BOT', baseUrl: `${base}/api/v10` });
await sendAll(body => client.createMessage(channel, body));
