#pragma once
#include <malloc.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
// pthread.h hides this one behind _GNU_SOURCE, under which Glibc's own module has another fd_set.
int pthread_setname_np(unsigned long thread, const char *name);

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// Glibc's module hides these behind _GNU_SOURCE.
int syncfs(int descriptor);
int pipe2(int ends[2], int flags);

// What pursight_spawn does between fork and exec.
struct pursight_spawn_options {
  int standard_input, standard_output, standard_error;
  int kept_descriptor;  // stays open in the child as descriptor 3; -1 for none
  int changes_user;     // 1: become user_id and group_id, without supplementary groups
  uid_t user_id;
  gid_t group_id;
};

// Starts a program in a session of its own. posix_spawn cannot change the user, and no Swift may
// run between fork and exec; only async-signal-safe calls stand here. Raw system calls, because
// glibc's setuid and setgroups signal the threads of the process. Answers the child's id, or -1
// with errno. The child ends with 126 when it cannot become the user, 127 when it cannot exec.
static inline pid_t pursight_spawn(
    const char *path, char *const arguments[], char *const environment[],
    const struct pursight_spawn_options *options) {
  sigset_t all, previous;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &previous);
  pid_t child = fork();
  if (child != 0) {
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &previous, NULL);
    errno = error;
    return child;
  }
  struct sigaction usual;
  memset(&usual, 0, sizeof usual);
  usual.sa_handler = SIG_DFL;
  for (int number = 1; number < 32; number++) sigaction(number, &usual, NULL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setsid();
  // Above 9 first, so that no dup2 closes what a later one needs.
  int input = fcntl(options->standard_input, F_DUPFD, 10);
  int output = fcntl(options->standard_output, F_DUPFD, 10);
  int error = fcntl(options->standard_error, F_DUPFD, 10);
  int kept = options->kept_descriptor < 0 ? -1 : fcntl(options->kept_descriptor, F_DUPFD, 10);
  dup2(input, 0);
  dup2(output, 1);
  dup2(error, 2);
  if (kept >= 0) dup2(kept, 3);
  int first_closed = kept >= 0 ? 4 : 3;
  if (syscall(SYS_close_range, (unsigned)first_closed, ~0u, 0u) != 0)  // before Linux 5.9
    for (int descriptor = first_closed; descriptor < 4096; descriptor++) close(descriptor);
  if (options->changes_user &&
      (syscall(SYS_setgroups, 0, NULL) != 0 || syscall(SYS_setgid, options->group_id) != 0 ||
       syscall(SYS_setuid, options->user_id) != 0))
    _exit(126);
  execve(path, arguments, environment);
  _exit(127);
}

// A descriptor that becomes readable when the process ends; glibc 2.36 hides it in sys/pidfd.h.
static inline int pursight_pidfd_open(pid_t process) {
  return (int)syscall(SYS_pidfd_open, process, 0);
}
