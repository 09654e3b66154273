# SPDX-FileCopyrightText: 2026 Turnstile contributors
# SPDX-License-Identifier: MIT
#
# For the presets clazy and lint: gives the checks of .clazy to the compiler, and sees to it that
# everything is checked anew when the rules change. Code that moc writes is not ours to check.
set(clazy_rules ${PROJECT_SOURCE_DIR}/.clazy)
set(tidy_rules ${PROJECT_SOURCE_DIR}/.clang-tidy)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${clazy_rules} ${tidy_rules})

file(STRINGS ${clazy_rules} checks REGEX "^[^#]")
list(JOIN checks "," TURNSTILE_CLAZY_CHECKS)
add_compile_options("SHELL:-Xclang -plugin-arg-clazy -Xclang ${TURNSTILE_CLAZY_CHECKS}")

file(MD5 ${tidy_rules} version)
add_compile_definitions(TURNSTILE_LINT_RULES_${version})
file(WRITE ${PROJECT_BINARY_DIR}/.clang-tidy "Checks: '-*,misc-new-delete-overloads'\n")

# For a directory's tests: leaves out these checks of clazy, and clang-tidy, whose checks of speed
# and interfaces are not for tests.
macro(turnstile_lint_tests)
    string(REPLACE ";" ",no-" fewer "${TURNSTILE_CLAZY_CHECKS};${ARGN}")
    get_directory_property(options COMPILE_OPTIONS)
    string(REPLACE "${TURNSTILE_CLAZY_CHECKS}" "${fewer}" options "${options}")
    set_directory_properties(PROPERTIES COMPILE_OPTIONS "${options}")
    set(CMAKE_CXX_CLANG_TIDY "")
endmacro()
