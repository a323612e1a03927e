#pragma once
#define _GNU_SOURCE
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/prctl.h>
// Glibc's module hides accept4 behind _GNU_SOURCE.
int accept4(int, struct sockaddr *, socklen_t *, int);
