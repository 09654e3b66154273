# SPDX-FileCopyrightText: 2026 Turnstile contributors
# SPDX-License-Identifier: MIT
#
# Fails unless the README has, in a block of code, what stands between the marks of the example.
file(READ ${EXAMPLE} example)
file(READ ${README} readme)
string(REGEX MATCH "    // \\[README\n(.*)    // README\\]" found "${example}")
set(code "${CMAKE_MATCH_1}")
if(NOT found OR code STREQUAL "")
    message(FATAL_ERROR "${EXAMPLE} has no code between the marks [README and README]")
endif()
string(REPLACE "\n    " "\n" code "\n${code}")
string(FIND "${readme}" "```cpp${code}```" position)
if(position EQUAL -1)
    message(FATAL_ERROR "README.md does not print this code of ${EXAMPLE}:\n${code}")
endif()
