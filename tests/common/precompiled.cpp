// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Nothing: the headers are precompiled for the target that this file makes.
