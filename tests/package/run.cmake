# SPDX-FileCopyrightText: 2026 Turnstile contributors
# SPDX-License-Identifier: MIT
#
# Configures, builds and runs the consumer against Turnstile in one WAY: installed or subdirectory.
function(step)
    execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE ${WORK}/prefix ${WORK}/build)
set(use -D TURNSTILE_SOURCE=${TURNSTILE_SOURCE})
if(WAY STREQUAL "installed")
    step(${CMAKE_COMMAND} --install ${TURNSTILE_BUILD} --prefix ${WORK}/prefix)
    set(use -D CMAKE_PREFIX_PATH=${WORK}/prefix)
endif()
step(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/consumer -B ${WORK}/build -G ${GENERATOR}
    -D CMAKE_CXX_COMPILER=${COMPILER} -D REDIS=${REDIS} ${use})
step(${CMAKE_COMMAND} --build ${WORK}/build --target consumer)
step(${WORK}/build/consumer)

# The same program without CMake, where pkg-config is at hand.
find_program(pkg_config pkg-config)
if(WAY STREQUAL "installed" AND pkg_config)
    set(ENV{PKG_CONFIG_PATH} ${WORK}/prefix/${LIBDIR}/pkgconfig:$ENV{PKG_CONFIG_PATH})
    set(packages turnstile-testing)
    if(REDIS)
        list(APPEND packages turnstile-redis)
        set(define -DWITH_REDIS)
    endif()
    execute_process(COMMAND ${pkg_config} --cflags --libs ${packages} OUTPUT_VARIABLE flags
        COMMAND_ERROR_IS_FATAL ANY)
    separate_arguments(flags UNIX_COMMAND "${flags}")
    step(${COMPILER} -std=c++20 -fPIC ${define} ${CMAKE_CURRENT_LIST_DIR}/consumer/main.cpp
        -o ${WORK}/build/plain ${flags})
    step(${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${WORK}/prefix/${LIBDIR} ${WORK}/build/plain)
endif()
