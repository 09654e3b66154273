# SPDX-FileCopyrightText: 2026 Turnstile contributors
# SPDX-License-Identifier: MIT
#
# The C client of Redis, 0.14 or 1.x, as Hiredis::hiredis; and Hiredis::ssl where it was built with
# TLS (1.x only). Written for Debian's package too, which has no targets.
find_path(Hiredis_INCLUDE_DIR hiredis/async.h)
find_library(Hiredis_LIBRARY hiredis)
find_path(Hiredis_SSL_INCLUDE_DIR hiredis/hiredis_ssl.h HINTS ${Hiredis_INCLUDE_DIR})
find_library(Hiredis_SSL_LIBRARY hiredis_ssl)
mark_as_advanced(Hiredis_INCLUDE_DIR Hiredis_LIBRARY Hiredis_SSL_INCLUDE_DIR Hiredis_SSL_LIBRARY)

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
    if(Hiredis_SSL_INCLUDE_DIR AND Hiredis_SSL_LIBRARY)
        find_package(OpenSSL QUIET)
    endif()
    if(TARGET OpenSSL::SSL)
        add_library(Hiredis::ssl UNKNOWN IMPORTED)
        set_target_properties(Hiredis::ssl PROPERTIES IMPORTED_LOCATION ${Hiredis_SSL_LIBRARY}
            INTERFACE_LINK_LIBRARIES "Hiredis::hiredis;OpenSSL::SSL")
    endif()
endif()
