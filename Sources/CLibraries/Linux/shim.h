#pragma once
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
// pthread.h hides this one behind _GNU_SOURCE, under which Glibc's own module has another fd_set.
int pthread_setname_np(unsigned long thread, const char *name);

// Glibc's module hides syncfs behind _GNU_SOURCE.
int syncfs(int);
