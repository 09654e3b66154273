// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
import { REST } from '@discordjs/rest';
import { base, globalLimit, path, sendAll, token } from '../messages.mjs';

const rest = new REST({ api: `${base}/api`, globalRequestsPerSecond: globalLimit ?? 50 });
rest.setToken(token);
await sendAll(body => rest.post(path, { body }));
