# SPDX-FileCopyrightText: 2026 Turnstile contributors
# SPDX-License-Identifier: MIT
#
# The few functions with which every target of the project is made, so that flags, include paths
# and install rules stand in one place.
include(GenerateExportHeader)
include(CMakePackageConfigHelpers)

# Language level, Qt defines, warnings and sanitizers: the same for every target.
function(turnstile_compile_settings target)
    target_compile_features(${target} PUBLIC cxx_std_20)
    set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF CXX_VISIBILITY_PRESET hidden
        VISIBILITY_INLINES_HIDDEN ON)
    target_compile_definitions(${target} PRIVATE
        QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII QT_NO_CAST_FROM_BYTEARRAY
        QT_NO_URL_CAST_FROM_STRING QT_NO_NARROWING_CONVERSIONS_IN_CONNECT QT_NO_FOREACH
        QT_STRICT_ITERATORS QT_NO_CONTEXTLESS_CONNECT QT_DISABLE_DEPRECATED_BEFORE=0x060400)
    target_compile_options(${target} PRIVATE
        -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
        -Wsuggest-override
        # GCC 12 takes the unset half of a std::optional for a use of it, when it optimises.
        $<$<AND:$<CXX_COMPILER_ID:GNU>,$<NOT:$<CONFIG:Debug>>>:-Wno-maybe-uninitialized>
        $<$<BOOL:${TURNSTILE_WARNINGS_AS_ERRORS}>:-Werror>)
    if(TURNSTILE_SANITIZE)
        target_compile_options(${target} PRIVATE
            -fsanitize=${TURNSTILE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
        target_link_options(${target} PUBLIC -fsanitize=${TURNSTILE_SANITIZE})
    endif()
    if(COMMAND turnstile_lint)
        turnstile_lint(${target})
    endif()
endfunction()

# turnstile_add_library(Core SOURCES ... PUBLIC_HEADERS core/Endpoint.h ... LINK ...)
# Makes Turnstile::<name>. Every public header `dir/Class.h` is installed, and can be included as
# <Turnstile/Class>. Public headers are named from ratelimit/, sources from the current folder.
function(turnstile_add_library name)
    cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC_HEADERS;LINK" ${ARGN})
    string(TOLOWER turnstile_${name} base)
    string(TOUPPER ${base} macro)
    set(target Turnstile${name})
    add_library(${target} ${arg_SOURCES})
    add_library(Turnstile::${name} ALIAS ${target})
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} VERSION ${PROJECT_VERSION}
        SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR} VERIFY_INTERFACE_HEADER_SETS ON
        INTERFACE_HEADER_SETS_TO_VERIFY HEADERS)
    turnstile_compile_settings(${target})
    target_compile_definitions(${target} PRIVATE QT_NO_KEYWORDS)
    target_link_libraries(${target} PUBLIC ${arg_LINK})

    set(include ${PROJECT_BINARY_DIR}/include)
    set(generated ${include}/Turnstile/ratelimit/${base}_export.h)
    generate_export_header(${target} BASE_NAME ${macro} EXPORT_FILE_NAME ${generated})
    foreach(header IN LISTS arg_PUBLIC_HEADERS)
        get_filename_component(class ${header} NAME_WE)
        file(CONFIGURE OUTPUT ${include}/Turnstile/${class}
            CONTENT "#include \"ratelimit/${header}\" // IWYU pragma: export\n")
        list(APPEND generated ${include}/Turnstile/${class})
    endforeach()

    list(TRANSFORM arg_PUBLIC_HEADERS PREPEND ${PROJECT_SOURCE_DIR}/ratelimit/)
    target_sources(${target}
        PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${arg_PUBLIC_HEADERS})
    target_sources(${target} PUBLIC FILE_SET generated TYPE HEADERS
        BASE_DIRS ${include}/Turnstile FILES ${generated})
    target_include_directories(${target} INTERFACE
        $<BUILD_INTERFACE:${include}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    install(TARGETS ${target} EXPORT TurnstileTargets
        FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/Turnstile
        FILE_SET generated DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/Turnstile)
endfunction()

# turnstile_add_program(name SOURCES ... LINK ...): an executable with the project's settings.
function(turnstile_add_program name)
    cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    turnstile_compile_settings(${name})
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} PRIVATE ${arg_LINK})
endfunction()

# turnstile_add_test(tst_name LABEL unit SOURCES ... LINK ...): one Qt Test program.
function(turnstile_add_test name)
    cmake_parse_arguments(arg "" "LABEL;TIMEOUT" "SOURCES;LINK" ${ARGN})
    if(NOT arg_SOURCES)
        set(arg_SOURCES ${name}.cpp)
    endif()
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    turnstile_add_program(${name} SOURCES ${arg_SOURCES} LINK Qt6::Test ${arg_LINK})
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT}
        ENVIRONMENT "QT_QPA_PLATFORM=offscreen;LC_ALL=C.UTF-8")
endfunction()

# find_package(Turnstile COMPONENTS ...) for those who install us, and `turnstile`, `turnstile-testing`
# and `turnstile-redis` for pkg-config.
function(turnstile_install_package)
    set(dir ${CMAKE_INSTALL_LIBDIR}/cmake/Turnstile)
    set(TURNSTILE_NEEDS_HIREDIS OFF)
    set(redis_requires "\nRequires.private: hiredis")
    if(TARGET TurnstileRedis)
        get_target_property(type TurnstileRedis TYPE)
        if(type STREQUAL "STATIC_LIBRARY")
            set(TURNSTILE_NEEDS_HIREDIS ON)
            set(redis_requires " hiredis")
            install(FILES cmake/FindHiredis.cmake DESTINATION ${dir})
        endif()
    endif()
    configure_package_config_file(cmake/TurnstileConfig.cmake.in
        ${PROJECT_BINARY_DIR}/TurnstileConfig.cmake INSTALL_DESTINATION ${dir})
    write_basic_package_version_file(${PROJECT_BINARY_DIR}/TurnstileConfigVersion.cmake
        COMPATIBILITY SameMinorVersion)
    install(EXPORT TurnstileTargets NAMESPACE Turnstile:: DESTINATION ${dir})
    install(FILES ${PROJECT_BINARY_DIR}/TurnstileConfig.cmake
        ${PROJECT_BINARY_DIR}/TurnstileConfigVersion.cmake DESTINATION ${dir})

    file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
    set(names turnstile turnstile-testing)
    if(TARGET TurnstileRedis)
        list(APPEND names turnstile-redis)
    endif()
    foreach(name IN LISTS names)
        configure_file(cmake/${name}.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
        install(FILES ${PROJECT_BINARY_DIR}/${name}.pc
            DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
    endforeach()
endfunction()
