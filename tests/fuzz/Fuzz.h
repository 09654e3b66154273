// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

/// \file
/// What every fuzzer needs. Each defines the one function below; it gets any bytes and checks, with
/// REQUIRE, what must hold whatever they are.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

/// Ends the program when \a condition does not hold, which is how a fuzzer tells a finding.
#define REQUIRE(condition)                                                                         \
    ((condition) ? void() : failedRequirement(#condition, __FILE__, __LINE__))

[[noreturn]] inline void failedRequirement(const char *condition, const char *file, int line)
{
    std::fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    std::abort();
}
