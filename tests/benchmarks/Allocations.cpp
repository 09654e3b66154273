// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// A library for LD_PRELOAD that counts what a program allocates, by malloc or by new: every block
// that is asked for, and every one that is made larger or smaller.

#include <atomic>
#include <cerrno>
#include <cstddef>

namespace {
std::atomic<unsigned long long> allocations;

void count()
{
    allocations.fetch_add(1, std::memory_order_relaxed);
}
} // namespace

extern "C" {
// What glibc's functions are called besides.
void *__libc_malloc(std::size_t size);
void *__libc_calloc(std::size_t count, std::size_t size);
void *__libc_realloc(void *block, std::size_t size);
void *__libc_memalign(std::size_t alignment, std::size_t size);

#define EXPORTED __attribute__((visibility("default")))

EXPORTED unsigned long long turnstileAllocations()
{
    return allocations.load(std::memory_order_relaxed);
}

EXPORTED void *malloc(std::size_t size)
{
    count();
    return __libc_malloc(size);
}

EXPORTED void *calloc(std::size_t nmemb, std::size_t size)
{
    count();
    return __libc_calloc(nmemb, size);
}

EXPORTED void *realloc(void *ptr, std::size_t size)
{
    count();
    return __libc_realloc(ptr, size);
}

EXPORTED void *aligned_alloc(std::size_t alignment, std::size_t size)
{
    count();
    return __libc_memalign(alignment, size);
}

EXPORTED int posix_memalign(void **memptr, std::size_t alignment, std::size_t size)
{
    count();
    *memptr = __libc_memalign(alignment, size);
    return *memptr ? 0 : ENOMEM;
}
}
