/* Counts the bytes that a program copies in blocks of at least 4 KiB with memcpy and memmove; prints
 * them at its end to the file that COPIES names. Preloaded: LD_PRELOAD=copies.so. */
#define _GNU_SOURCE
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static const size_t block = 4096;
static uint64_t bytes;

/* The compiler must not make a call of memcpy of it. */
static void *copy(void *to, const void *from, size_t n) {
    void *result = to;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
    return result;
}
void *memcpy(void *restrict to, const void *restrict from, size_t n) {
    if (n >= block)
        __atomic_fetch_add(&bytes, n, __ATOMIC_RELAXED);
    return copy(to, from, n);
}
void *memmove(void *to, const void *from, size_t n) {
    if (n >= block)
        __atomic_fetch_add(&bytes, n, __ATOMIC_RELAXED);
    if ((uintptr_t)to - (uintptr_t)from >= n)
        return copy(to, from, n);
    for (size_t i = n; i > 0; i--) {
        ((volatile char *)to)[i - 1] = ((const char *)from)[i - 1];
    }
    return to;
}
/* For programs that SIGTERM would just kill. */
static void end(int number) {
    (void)number;
    exit(0);
}
__attribute__((constructor)) static void prepare(void) { signal(SIGTERM, end); }
__attribute__((destructor)) static void report(void) {
    const char *path = getenv("COPIES");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file)
        return;
    fprintf(file, "%llu\n", (unsigned long long)bytes);
    fclose(file);
}
