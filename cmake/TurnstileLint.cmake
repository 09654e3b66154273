# SPDX-FileCopyrightText: 2026 Turnstile contributors
# SPDX-License-Identifier: MIT
#
# For the presets clazy and lint: gives the checks of .clazy to the compiler, and sees to it that
# everything is checked anew when the rules change. Code that moc writes is not ours to check.
#
# The preset lint reads all sources of a library as one (CMake's unity build), because most of the
# time goes into the headers of Qt. So names in unnamed namespaces are unique within a library, and
# what shadows what is left to the other compilers.
set(clazy_rules ${PROJECT_SOURCE_DIR}/.clazy)
set(tidy_rules ${PROJECT_SOURCE_DIR}/.clang-tidy)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${clazy_rules} ${tidy_rules})

file(STRINGS ${clazy_rules} checks REGEX "^[^#]")
list(JOIN checks "," TURNSTILE_CLAZY_CHECKS)
add_compile_options("SHELL:-Xclang -plugin-arg-clazy -Xclang ${TURNSTILE_CLAZY_CHECKS}")

file(MD5 ${tidy_rules} version)
add_compile_definitions(TURNSTILE_LINT_RULES_${version})
file(WRITE ${PROJECT_BINARY_DIR}/.clang-tidy "Checks: '-*,misc-new-delete-overloads'\n")
function(turnstile_lint target)
    target_compile_options(${target} PRIVATE -Wno-shadow)
    file(COPY ${tidy_rules} DESTINATION ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${target}.dir/Unity)
endfunction()

# Nothing is made of what has been read.
add_compile_options("SHELL:-Xclang -fsyntax-only") # but for precompiled headers
string(APPEND CMAKE_CXX_COMPILE_OBJECT ";<CMAKE_COMMAND> -E touch <OBJECT>")
set(CMAKE_CXX_ARCHIVE_CREATE "<CMAKE_COMMAND> -E touch <TARGET>")
set(CMAKE_CXX_ARCHIVE_FINISH "")
set(CMAKE_CXX_CREATE_SHARED_LIBRARY "<CMAKE_COMMAND> -E touch <TARGET>")
set(CMAKE_CXX_LINK_EXECUTABLE "<CMAKE_COMMAND> -E touch <TARGET>")

# For a directory's tests: leaves out these checks of clazy, and clang-tidy, whose checks of speed
# and interfaces are not for tests. Clazy gains by precompiled headers; clang-tidy does not.
macro(turnstile_lint_tests)
    string(REPLACE ";" ",no-" fewer "${TURNSTILE_CLAZY_CHECKS};${ARGN}")
    get_directory_property(options COMPILE_OPTIONS)
    string(REPLACE "${TURNSTILE_CLAZY_CHECKS}" "${fewer}" options "${options}")
    set_directory_properties(PROPERTIES COMPILE_OPTIONS "${options}")
    set(CMAKE_CXX_CLANG_TIDY "")
    set(CMAKE_UNITY_BUILD OFF)
    set(CMAKE_DISABLE_PRECOMPILE_HEADERS OFF)
endmacro()
