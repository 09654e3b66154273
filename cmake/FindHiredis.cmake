# SPDX-FileCopyrightText: 2026 Turnstile contributors
# SPDX-License-Identifier: MIT
#
# The C client of Redis, 0.14 or 1.x, as Hiredis::hiredis. Debian's package of 0.14 has no target.
find_path(Hiredis_INCLUDE_DIR hiredis/hiredis.h)
find_library(Hiredis_LIBRARY hiredis)
mark_as_advanced(Hiredis_INCLUDE_DIR Hiredis_LIBRARY)

if(Hiredis_INCLUDE_DIR)
    set(header ${Hiredis_INCLUDE_DIR}/hiredis/hiredis.h)
    file(STRINGS ${header} numbers REGEX "#define HIREDIS_(MAJOR|MINOR|PATCH) ")
    list(TRANSFORM numbers REPLACE "[^0-9]" "")
    list(JOIN numbers "." Hiredis_VERSION)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Hiredis REQUIRED_VARS Hiredis_LIBRARY Hiredis_INCLUDE_DIR
    VERSION_VAR Hiredis_VERSION)

if(Hiredis_FOUND AND NOT TARGET Hiredis::hiredis)
    add_library(Hiredis::hiredis UNKNOWN IMPORTED)
    set_target_properties(Hiredis::hiredis PROPERTIES IMPORTED_LOCATION ${Hiredis_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${Hiredis_INCLUDE_DIR})
endif()
