/* A light client for what h2load does not measure: one thread, nghttp2, OpenSSL, epoll.
 *
 *   h2tool h2c|tls|mtls PORT CERTS handshakes K SECONDS    K loops of connect, full handshake, one
 *                                                          unary call, close
 *   h2tool …            idle N SECONDS                     N connections with one call each, then
 *                                                          held; prints "holding N"
 *   h2tool …            rate C SECONDS RATE                C connections, one call at a time on
 *                                                          each, RATE calls/s in all: latency is
 *                                                          counted from the scheduled time
 *
 * Prints one line of JSON. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum state { CONNECTING, HANDSHAKING, UP, CLOSED };
typedef struct conn {
    int fd, done, grpc_ok, reply_bytes;
    enum state state;
    SSL *ssl;
    nghttp2_session *s;
    size_t off; /* sent bytes of the request's body */
    double t0;  /* when the connection, or the call, was due */
} conn_t;

static int ep, use_tls, keep, port;
static SSL_CTX *ctx;
static nghttp2_session_callbacks *cbs;
static uint8_t body[160];
static size_t body_len;
static long ok, bad;
static double *lat, end_at;
static size_t nlat, caplat;
static conn_t *idle[4096];
static int nidle;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
static void note(double x) {
    if (nlat == caplat) {
        caplat = caplat ? caplat * 2 : 65536;
        lat = realloc(lat, caplat * sizeof *lat);
        if (!lat)
            abort();
    }
    lat[nlat++] = x;
}
static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static ssize_t read_body(nghttp2_session *s, int32_t id, uint8_t *b, size_t len, uint32_t *flags,
                         nghttp2_data_source *src, void *u) {
    (void)s, (void)id, (void)u;
    size_t *off = src->ptr, n = body_len - *off;
    if (n > len)
        n = len;
    memcpy(b, body + *off, n);
    *off += n;
    if (*off == body_len)
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    return (ssize_t)n;
}
#define NV(n, v) {(uint8_t *)n, (uint8_t *)v, sizeof n - 1, sizeof v - 1, 0}
static int request(conn_t *c) {
    nghttp2_nv plain = NV(":scheme", "http"), secure = NV(":scheme", "https");
    nghttp2_nv h[] = {NV(":method", "POST"),
                      use_tls ? secure : plain,
                      NV(":path", "/bench.Bench/Unary"),
                      NV(":authority", "localhost"),
                      NV("content-type", "application/grpc"),
                      NV("te", "trailers")};
    c->off = 0;
    c->grpc_ok = c->reply_bytes = 0;
    nghttp2_data_provider dp = {.source.ptr = &c->off, .read_callback = read_body};
    return nghttp2_submit_request(c->s, NULL, h, 6, &dp, NULL) < 0 ? -1 : 0;
}
static int on_header(nghttp2_session *s, const nghttp2_frame *f, const uint8_t *n, size_t nl,
                     const uint8_t *v, size_t vl, uint8_t flags, void *u) {
    (void)s, (void)f, (void)flags;
    if (nl == 11 && !memcmp(n, "grpc-status", 11) && vl == 1 && *v == '0')
        ((conn_t *)u)->grpc_ok = 1;
    return 0;
}
static int on_data(nghttp2_session *s, uint8_t flags, int32_t id, const uint8_t *p, size_t n,
                   void *u) {
    (void)s, (void)flags, (void)id, (void)p;
    ((conn_t *)u)->reply_bytes += (int)n;
    return 0;
}
static int on_close(nghttp2_session *s, int32_t id, uint32_t code, void *u) {
    (void)s, (void)id;
    ((conn_t *)u)->done = code ? -1 : 1;
    return 0;
}

static void shut(conn_t *c) {
    if (c->s)
        nghttp2_session_del(c->s);
    if (c->ssl) {
        SSL_set_quiet_shutdown(c->ssl, 1);
        SSL_free(c->ssl);
    }
    if (c->fd >= 0)
        close(c->fd);
    memset(c, 0, sizeof *c);
    c->fd = -1;
    c->state = CLOSED;
}
static int dial(conn_t *c) {
    memset(c, 0, sizeof *c);
    c->t0 = now();
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int one = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct sockaddr_in sa = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(c->fd, (struct sockaddr *)&sa, sizeof sa) && errno != EINPROGRESS) {
        shut(c);
        return -1;
    }
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
    epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
    return 0;
}
/* Requests are small: a full socket counts as an error. */
static int flush(conn_t *c) {
    static uint8_t w[16384];
    for (;;) {
        size_t n = 0;
        const uint8_t *d;
        ssize_t k;
        while (n < 8192 && (k = nghttp2_session_mem_send(c->s, &d)) > 0) {
            if ((size_t)k > sizeof w - n)
                return -1;
            memcpy(w + n, d, (size_t)k);
            n += (size_t)k;
        }
        if (!n)
            return 0;
        if (use_tls ? SSL_write(c->ssl, w, (int)n) != (int)n
                    : send(c->fd, w, n, MSG_NOSIGNAL) != (ssize_t)n)
            return -1;
    }
}
static int connected(conn_t *c, uint32_t events) {
    int e = 0;
    socklen_t l = sizeof e;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &e, &l);
    if (e || (events & EPOLLERR))
        return -1;
    if (!(events & EPOLLOUT))
        return 0;
    struct epoll_event x = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &x);
    if (use_tls) {
        c->ssl = SSL_new(ctx);
        SSL_set_fd(c->ssl, c->fd);
        SSL_set_tlsext_host_name(c->ssl, "localhost");
        SSL_set1_host(c->ssl, "localhost");
        SSL_set_connect_state(c->ssl);
    }
    c->state = HANDSHAKING;
    return 0;
}
static int handshake(conn_t *c) {
    if (use_tls) {
        int r = SSL_do_handshake(c->ssl);
        if (r != 1) {
            int e = SSL_get_error(c->ssl, r);
            ERR_clear_error();
            return e == SSL_ERROR_WANT_READ ? 0 : -1;
        }
    }
    c->state = UP;
    nghttp2_session_client_new(&c->s, cbs, c);
    nghttp2_settings_entry iv[] = {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
                                   {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1 << 20}};
    nghttp2_submit_settings(c->s, 0, iv, 2);
    return request(c) || flush(c) ? -1 : 0;
}
/* -1: broken, 0: going on, 1: one answer is complete */
static int step(conn_t *c, uint32_t events) {
    if (c->state == CONNECTING && connected(c, events))
        return -1;
    if (c->state == HANDSHAKING && handshake(c))
        return -1;
    if (c->state != UP)
        return 0;
    for (;;) {
        uint8_t b[16384];
        ssize_t n = use_tls ? SSL_read(c->ssl, b, sizeof b) : recv(c->fd, b, sizeof b, 0);
        if (n <= 0) {
            int again = use_tls ? SSL_get_error(c->ssl, (int)n) == SSL_ERROR_WANT_READ
                                : n < 0 && errno == EAGAIN;
            ERR_clear_error();
            if (!again)
                return -1;
            break;
        }
        if (nghttp2_session_mem_recv(c->s, b, (size_t)n) < 0)
            return -1;
    }
    if (flush(c))
        return -1;
    if (!c->done)
        return 0;
    int d = c->done;
    c->done = 0;
    return d > 0 && c->grpc_ok && c->reply_bytes > 5 ? 1 : -1;
}

static void after_handshake(conn_t *c, int r) {
    if (!r)
        return;
    if (r > 0) {
        ok++;
        note(now() - c->t0);
    } else
        bad++;
    if (keep && r > 0)
        return;
    shut(c);
    if (!keep && now() < end_at && dial(c))
        bad++;
}
static void after_call(conn_t *c, int r) {
    if (!r)
        return;
    if (r < 0) {
        bad++;
        shut(c);
        return;
    }
    if (c->t0 > 0) {
        ok++;
        note(now() - c->t0);
    }
    idle[nidle++] = c;
}
static void wait_for(struct timespec t, void (*after)(conn_t *, int)) {
    struct epoll_event ev[256];
    int n = epoll_pwait2(ep, ev, 256, &t, NULL);
    for (int i = 0; i < n; i++) {
        conn_t *c = ev[i].data.ptr;
        if (c->state != CLOSED)
            after(c, step(c, ev[i].events));
    }
}
static void wait_ms(long ms, void (*after)(conn_t *, int)) {
    wait_for((struct timespec){0, ms * 1000000}, after);
}
static void report(double elapsed) {
    qsort(lat, nlat, sizeof *lat, compare);
    double p50 = nlat ? lat[nlat / 2] : 0, p99 = nlat ? lat[nlat * 99 / 100] : 0;
    printf("{\"secs\":%.3f,\"ok\":%ld,\"bad\":%ld,\"p50_us\":%.1f,\"p99_us\":%.1f}\n", elapsed, ok,
           bad, p50 * 1e6, p99 * 1e6);
    fflush(stdout);
}

static int run_handshakes(int count, double secs) {
    conn_t *v = calloc((size_t)count, sizeof *v);
    double t0 = now();
    end_at = t0 + secs;
    for (int i = 0; i < count; i++)
        dial(&v[i]);
    while (now() < end_at)
        wait_ms(50, after_handshake);
    report(now() - t0);
    return 0;
}
static int run_idle(int count, double secs) {
    keep = 1;
    conn_t *v = calloc((size_t)count, sizeof *v);
    double t0 = now();
    for (int i = 0; i < count; i++) {
        dial(&v[i]);
        for (int g = 0; ok + bad + 32 < i && g < 2000; g++)
            wait_ms(5, after_handshake);
    }
    for (double e = now() + 60; ok + bad < count && now() < e;)
        wait_ms(20, after_handshake);
    report(now() - t0);
    printf("holding %ld\n", ok);
    fflush(stdout);
    for (double e = now() + secs; now() < e;)
        wait_ms(200, after_handshake);
    return 0;
}
static int run_rate(int count, double secs, double rate) {
    conn_t *v = calloc((size_t)count, sizeof *v);
    keep = 1;
    for (int i = 0; i < count; i++)
        dial(&v[i]);
    for (double e = now() + 30; ok + bad < count && now() < e;)
        wait_ms(20, after_handshake);
    for (int i = 0; i < count; i++)
        if (v[i].state == UP)
            idle[nidle++] = &v[i];
    ok = 0;
    nlat = 0;
    double t0 = now(), next = t0;
    while (now() - t0 < secs) {
        double t = now();
        if (next > t) {
            /* sleeps to shortly before the time, then spins */
            double d = next - t > 150e-6 ? next - t - 100e-6 : 0;
            wait_for((struct timespec){0, (long)((d < 1e-3 ? d : 1e-3) * 1e9)}, after_call);
            continue;
        }
        if (!nidle) { /* latency still counts from the scheduled time */
            wait_ms(1, after_call);
            continue;
        }
        conn_t *c = idle[--nidle];
        c->t0 = next;
        if (request(c) || flush(c)) {
            bad++;
            shut(c);
        }
        next += 1 / rate;
        wait_ms(0, after_call);
    }
    report(now() - t0);
    return 0;
}

static int make_context(const char *mode, const char *dir) {
    char cert[512], key[512], ca[512];
    snprintf(cert, sizeof cert, "%s/client.pem", dir);
    snprintf(key, sizeof key, "%s/client.key", dir);
    snprintf(ca, sizeof ca, "%s/ca.pem", dir);
    ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
    SSL_CTX_set_ciphersuites(ctx, "TLS_AES_128_GCM_SHA256");
    SSL_CTX_set_alpn_protos(ctx, (const unsigned char *)"\x02h2", 3);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    if (SSL_CTX_load_verify_locations(ctx, ca, NULL) != 1)
        return -1;
    return !strcmp(mode, "mtls") && (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1 ||
                                     SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1)
               ? -1
               : 0;
}
/* A framed Req with an id of 8 bytes and a payload of 100. */
static void make_body(void) {
    uint8_t *p = body + 5;
    *p++ = 10;
    *p++ = 8;
    memcpy(p, "req-0001", 8);
    p += 8;
    *p++ = 18;
    *p++ = 100;
    memset(p, 'p', 100);
    body_len = (size_t)(p + 100 - body);
    body[4] = (uint8_t)(body_len - 5);
}
int main(int argc, char **argv) {
    if (argc < 7) {
        fprintf(stderr, "usage: h2tool h2c|tls|mtls PORT CERTS handshakes|idle|rate N SECONDS [RATE]\n");
        return 2;
    }
    use_tls = strcmp(argv[1], "h2c") != 0;
    port = atoi(argv[2]);
    int count = atoi(argv[5]);
    double secs = atof(argv[6]);
    signal(SIGPIPE, SIG_IGN);
    make_body();
    if (use_tls && make_context(argv[1], argv[3])) {
        ERR_print_errors_fp(stderr);
        return 1;
    }
    nghttp2_session_callbacks_new(&cbs);
    nghttp2_session_callbacks_set_on_header_callback(cbs, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(cbs, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(cbs, on_close);
    ep = epoll_create1(EPOLL_CLOEXEC);
    if (!strcmp(argv[4], "handshakes"))
        return run_handshakes(count, secs);
    if (!strcmp(argv[4], "idle"))
        return run_idle(count, secs);
    if (!strcmp(argv[4], "rate") && count <= 4096)
        return run_rate(count, secs, argc > 7 ? atof(argv[7]) : 1000);
    return 2;
}
