#pragma once
#include <postgresql/libpq-fe.h>

// libpq writes notices to standard error unless it is given a receiver; a C function pointer to
// nothing is simplest made in C.
static inline void pursight_ignore_notice(void *context, const PGresult *notice) {
  (void)context;
  (void)notice;
}
static inline void pursight_ignore_notices(PGconn *connection) {
  PQsetNoticeReceiver(connection, pursight_ignore_notice, NULL);
}
