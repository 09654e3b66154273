// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
import { createRestManager } from '@discordeno/rest';
import { base, path, sendAll, token } from '../messages.mjs';

// A warning is what it has to say of each 429.
const quiet = { debug() {}, info() {}, warn() {}, error: console.error, fatal: console.error };
const rest = createRestManager({ token, applicationId: 1n, logger: quiet });
// The option for another address, `proxy`, would leave all limiting to what is at that address.
rest.baseUrl = `${base}/api`;
await sendAll(body => rest.post(path, { body }));
