# SPDX-FileCopyrightText: 2026 Turnstile contributors
# SPDX-License-Identifier: MIT
#
# Fails unless the README has, in a block of code, the example from its first #include on.
file(READ ${EXAMPLE} example)
file(READ ${README} readme)
string(FIND "${example}" "#include" start)
if(start EQUAL -1)
    message(FATAL_ERROR "${EXAMPLE} includes nothing")
endif()
string(SUBSTRING "${example}" ${start} -1 code)
string(FIND "${readme}" "```cpp\n${code}```" position)
if(position EQUAL -1)
    message(FATAL_ERROR "README.md does not print this code of ${EXAMPLE}:\n${code}")
endif()
