/* Minimal single-threaded gRPC-framed HTTP/2 server on libnghttp2 + OpenSSL + epoll: a ceiling, not
 * a product. usage: server h2c|tls|mtls PORT CERTDIR [pb] [tickets=N] Unary        -> echoes the
 * framed request (default) or decodes/encodes through protobuf-c ("pb") ServerStream -> N chunks of
 * SIZE ClientStream -> counts messages and bytes Bidi         -> echoes each message Every reply
 * ends in trailers grpc-status: 0 (12 for an unknown path). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
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
#include <unistd.h>
#include "bench.pb-c.h"

enum method { M_UNKNOWN, M_UNARY, M_DOWN, M_UP, M_BIDI };
typedef struct {
    uint8_t *p;
    size_t len, cap;
} buf_t;
static void buf_add(buf_t *b, const void *p, size_t n) {
    if (b->len + n > b->cap) {
        size_t c = b->cap ? b->cap : 256;
        while (c < b->len + n)
            c *= 2;
        b->p = realloc(b->p, c);
        if (!b->p)
            abort();
        b->cap = c;
    }
    memcpy(b->p + b->len, p, n);
    b->len += n;
}

typedef struct stream {
    enum method m;
    int32_t id;
    int eof_in, deferred, status, started;
    /* request message reader */
    uint8_t hdr[5];
    size_t hdr_len, msg_len;
    buf_t msg;
    /* reply */
    buf_t out;
    size_t out_off;
    uint64_t repeat; /* how often `out` is to be sent in full (server stream) */
    uint64_t n, bytes;
} stream_t;

typedef struct conn {
    int fd, handshaking, want_out, dead;
    SSL *ssl;
    nghttp2_session *s;
    buf_t pend; /* bytes (cipher text, or plain text in h2c) that the socket did not take */
    size_t pend_off;
} conn_t;

static int ep, use_pb, tickets = 2;
static SSL_CTX *ctx;
static nghttp2_session_callbacks *cbs;
static nghttp2_option *opt;
#define WBUF 65536
static uint8_t wbuf[WBUF + 65536];

static uint64_t varint(const uint8_t *p, size_t n, size_t *used) {
    uint64_t v = 0;
    for (size_t i = 0; i < n && i < 10; i++) {
        v |= (uint64_t)(p[i] & 127) << (7 * i);
        if (!(p[i] & 128)) {
            *used = i + 1;
            return v;
        }
    }
    *used = 0;
    return 0;
}
static size_t put_varint(uint8_t *p, uint64_t v) {
    size_t n = 0;
    while (v > 127) {
        p[n++] = (uint8_t)(v | 128);
        v >>= 7;
    }
    p[n++] = (uint8_t)v;
    return n;
}
static void put_frame(buf_t *b, const uint8_t *p, size_t n) {
    uint8_t h[5] = {0, (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
    buf_add(b, h, 5);
    buf_add(b, p, n);
}

/* one whole request message has arrived */
static void on_message(nghttp2_session *s, stream_t *st) {
    uint8_t *p = st->msg.p;
    size_t n = st->msg_len;
    switch (st->m) {
    case M_UNARY:
        if (use_pb) {
            Bench__Req *q = bench__req__unpack(NULL, n, p);
            if (!q) {
                st->status = 13;
                break;
            }
            Bench__Res r = BENCH__RES__INIT;
            r.id = q->id;
            r.payload = q->payload;
            size_t l = bench__res__get_packed_size(&r);
            uint8_t tmp[1024], *t = l <= sizeof tmp ? tmp : malloc(l);
            bench__res__pack(&r, t);
            put_frame(&st->out, t, l);
            if (t != tmp)
                free(t);
            bench__req__free_unpacked(q, NULL);
        } else
            put_frame(&st->out, p, n);
        st->repeat = 1;
        break;
    case M_DOWN: {
        uint64_t size = 0, count = 0;
        for (size_t i = 0; i < n;) {
            uint8_t tag = p[i++];
            size_t u;
            uint64_t v = varint(p + i, n - i, &u);
            if (!u) {
                st->status = 13;
                return;
            }
            i += u;
            if (tag == 8)
                size = v;
            else if (tag == 16)
                count = v;
        }
        uint8_t h[16];
        size_t hl = 0;
        h[hl++] = 10;
        hl += put_varint(h + hl, size);
        size_t total = hl + size;
        uint8_t f[5] = {0, (uint8_t)(total >> 24), (uint8_t)(total >> 16), (uint8_t)(total >> 8),
                        (uint8_t)total};
        size_t one = 5 + total,
               pack = one < 16384 ? 16384 / one : 1; /* small messages: a block of several */
        if (count < 4096)
            pack = 1;
        char *x = malloc(size);
        memset(x, 'x', size);
        for (size_t i = 0; i < pack; i++) {
            buf_add(&st->out, f, 5);
            buf_add(&st->out, h, hl);
            buf_add(&st->out, x, size);
        }
        free(x);
        st->repeat = (count + pack - 1) / pack;
        if (count == 0)
            st->repeat = 0;
        break;
    }
    case M_UP:
        if (use_pb) {
            Bench__Chunk *c = bench__chunk__unpack(NULL, n, p);
            if (!c) {
                st->status = 13;
                break;
            }
            st->n++;
            st->bytes += c->data.len;
            bench__chunk__free_unpacked(c, NULL);
        } else if (n == 0)
            st->n++;
        else {
            size_t u;
            uint64_t v = varint(p + 1, n - 1, &u);
            if (p[0] != 10 || !u || v != n - 1 - u) {
                st->status = 13;
                break;
            }
            st->n++;
            st->bytes += v;
        }
        break;
    case M_BIDI:
        put_frame(&st->out, p, n);
        if (st->deferred) {
            st->deferred = 0;
            nghttp2_session_resume_data(s, st->id);
        }
        break;
    default:
        break;
    }
}

static ssize_t on_read(nghttp2_session *s, int32_t id, uint8_t *b, size_t len, uint32_t *flags,
                       nghttp2_data_source *src, void *u) {
    (void)u;
    stream_t *st = src->ptr;
    size_t n = 0;
    if (st->m == M_BIDI) {
        n = st->out.len - st->out_off;
        if (n > len)
            n = len;
        memcpy(b, st->out.p + st->out_off, n);
        st->out_off += n;
        if (st->out_off == st->out.len) {
            st->out_off = st->out.len = 0;
            if (n == 0 && !st->eof_in) {
                st->deferred = 1;
                return NGHTTP2_ERR_DEFERRED;
            }
            if (!st->eof_in)
                return (ssize_t)n;
        } else
            return (ssize_t)n;
    } else {
        while (n < len && st->repeat) {
            size_t k = st->out.len - st->out_off;
            if (k > len - n)
                k = len - n;
            memcpy(b + n, st->out.p + st->out_off, k);
            n += k;
            st->out_off += k;
            if (st->out_off == st->out.len) {
                st->out_off = 0;
                st->repeat--;
            }
        }
        if (st->repeat)
            return (ssize_t)n;
    }
    *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
    char code[4];
    int cl = snprintf(code, sizeof code, "%d", st->status);
    nghttp2_nv t[1] = {
        {(uint8_t *)"grpc-status", (uint8_t *)code, 11, (size_t)cl, NGHTTP2_NV_FLAG_NO_COPY_NAME}};
    if (nghttp2_submit_trailer(s, id, t, 1))
        return NGHTTP2_ERR_CALLBACK_FAILURE;
    return (ssize_t)n;
}
#define NV(n, v)                                                                                   \
    {(uint8_t *)n, (uint8_t *)v, sizeof n - 1, sizeof v - 1,                                       \
     NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE}
static int reply(nghttp2_session *s, stream_t *st) {
    if (st->started)
        return 0;
    st->started = 1;
    if (st->m == M_UNKNOWN) {
        nghttp2_nv h[] = {NV(":status", "200"), NV("content-type", "application/grpc"),
                          NV("grpc-status", "12")};
        return nghttp2_submit_response(s, st->id, h, 3, NULL);
    }
    if (st->m == M_UP) {
        uint8_t p[24];
        size_t n = 0;
        if (st->n) {
            p[n++] = 8;
            n += put_varint(p + n, st->n);
        }
        if (st->bytes) {
            p[n++] = 16;
            n += put_varint(p + n, st->bytes);
        }
        put_frame(&st->out, p, n);
        st->repeat = 1;
    }
    nghttp2_nv h[] = {NV(":status", "200"), NV("content-type", "application/grpc")};
    nghttp2_data_provider dp = {.source.ptr = st, .read_callback = on_read};
    return nghttp2_submit_response(s, st->id, h, 2, &dp);
}

static int on_begin(nghttp2_session *s, const nghttp2_frame *f, void *u) {
    (void)u;
    if (f->hd.type != NGHTTP2_HEADERS || f->headers.cat != NGHTTP2_HCAT_REQUEST)
        return 0;
    stream_t *st = calloc(1, sizeof *st);
    st->id = f->hd.stream_id;
    nghttp2_session_set_stream_user_data(s, st->id, st);
    return 0;
}
static int on_header(nghttp2_session *s, const nghttp2_frame *f, const uint8_t *n, size_t nl,
                     const uint8_t *v, size_t vl, uint8_t fl, void *u) {
    (void)fl;
    (void)u;
    if (nl == 5 && !memcmp(n, ":path", 5)) {
        stream_t *st = nghttp2_session_get_stream_user_data(s, f->hd.stream_id);
        if (!st)
            return 0;
#define IS(x) (vl == sizeof x - 1 && !memcmp(v, x, vl))
        if (IS("/bench.Bench/Unary"))
            st->m = M_UNARY;
        else if (IS("/bench.Bench/ServerStream"))
            st->m = M_DOWN;
        else if (IS("/bench.Bench/ClientStream"))
            st->m = M_UP;
        else if (IS("/bench.Bench/Bidi"))
            st->m = M_BIDI;
    }
    return 0;
}
static int on_data(nghttp2_session *s, uint8_t fl, int32_t id, const uint8_t *p, size_t n,
                   void *u) {
    (void)fl;
    (void)u;
    stream_t *st = nghttp2_session_get_stream_user_data(s, id);
    if (!st)
        return 0;
    while (n) {
        if (st->hdr_len < 5) {
            size_t k = 5 - st->hdr_len;
            if (k > n)
                k = n;
            memcpy(st->hdr + st->hdr_len, p, k);
            st->hdr_len += k;
            p += k;
            n -= k;
            if (st->hdr_len < 5)
                break;
            st->msg_len =
                (size_t)st->hdr[1] << 24 | st->hdr[2] << 16 | st->hdr[3] << 8 | st->hdr[4];
            st->msg.len = 0;
            if (st->hdr[0] || st->msg_len > (64u << 20))
                return nghttp2_submit_rst_stream(s, 0, id, NGHTTP2_CANCEL);
        }
        size_t k = st->msg_len - st->msg.len;
        if (k > n)
            k = n;
        buf_add(&st->msg, p, k);
        p += k;
        n -= k;
        if (st->msg.len == st->msg_len) {
            on_message(s, st);
            st->hdr_len = 0;
        }
    }
    return 0;
}
static int on_frame(nghttp2_session *s, const nghttp2_frame *f, void *u) {
    (void)u;
    if (f->hd.type != NGHTTP2_DATA && f->hd.type != NGHTTP2_HEADERS)
        return 0;
    stream_t *st = nghttp2_session_get_stream_user_data(s, f->hd.stream_id);
    if (!st)
        return 0;
    if (f->hd.flags & NGHTTP2_FLAG_END_STREAM) {
        st->eof_in = 1;
        if (st->hdr_len)
            st->status = 13; /* message cut short */
        if (st->deferred) {
            st->deferred = 0;
            nghttp2_session_resume_data(s, st->id);
        }
        return reply(s, st);
    }
    if (f->hd.type == NGHTTP2_HEADERS && st->m == M_BIDI)
        return reply(s, st);
    return 0;
}
static int on_close(nghttp2_session *s, int32_t id, uint32_t e, void *u) {
    (void)e;
    (void)u;
    stream_t *st = nghttp2_session_get_stream_user_data(s, id);
    if (st) {
        free(st->msg.p);
        free(st->out.p);
        free(st);
        nghttp2_session_set_stream_user_data(s, id, NULL);
    }
    return 0;
}

static void conn_free(conn_t *c) {
    if (c->s) {
        nghttp2_session_del(c->s); /* calls on_close for what is open */
    }
    if (c->ssl)
        SSL_free(c->ssl);
    close(c->fd);
    free(c->pend.p);
    free(c);
}
static void arm(conn_t *c, int out) {
    if (c->want_out == out)
        return;
    c->want_out = out;
    struct epoll_event e = {.events = EPOLLIN | (out ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
}
/* 1: all gone; 0: socket is full; -1: error */
static int raw_write(conn_t *c, const uint8_t *p, size_t n) {
    while (n) {
        ssize_t k = send(c->fd, p, n, MSG_NOSIGNAL);
        if (k < 0) {
            if (errno == EINTR)
                continue;
            if (errno != EAGAIN)
                return -1;
            buf_add(&c->pend, p, n);
            return 0;
        }
        p += k;
        n -= (size_t)k;
    }
    return 1;
}
static int drain_pend(conn_t *c) {
    while (c->pend_off < c->pend.len) {
        ssize_t k = send(c->fd, c->pend.p + c->pend_off, c->pend.len - c->pend_off, MSG_NOSIGNAL);
        if (k < 0) {
            if (errno == EINTR)
                continue;
            return errno == EAGAIN ? 0 : -1;
        }
        c->pend_off += (size_t)k;
    }
    free(c->pend.p);
    memset(&c->pend, 0, sizeof c->pend);
    c->pend_off = 0;
    return 1;
}
static int drain_bio(conn_t *c) {
    char *p;
    BIO *w = SSL_get_wbio(c->ssl);
    long n = BIO_get_mem_data(w, &p);
    if (n <= 0)
        return 1;
    int r = raw_write(c, (uint8_t *)p, (size_t)n);
    (void)BIO_reset(w);
    return r;
}
static int flush(conn_t *c) {
    int r = drain_pend(c);
    if (r <= 0) {
        arm(c, 1);
        return r;
    }
    for (;;) {
        size_t n = 0;
        while (n < WBUF) {
            const uint8_t *d;
            ssize_t k = nghttp2_session_mem_send(c->s, &d);
            if (k < 0)
                return -1;
            if (k == 0)
                break;
            if ((size_t)k > sizeof wbuf - n)
                return -1;
            memcpy(wbuf + n, d, (size_t)k);
            n += (size_t)k;
        }
        if (!n)
            break;
        if (c->ssl) {
            size_t w;
            if (SSL_write_ex(c->ssl, wbuf, n, &w) != 1 || w != n)
                return -1;
            r = drain_bio(c);
        } else
            r = raw_write(c, wbuf, n);
        if (r < 0)
            return -1;
        if (r == 0) {
            arm(c, 1);
            return 0;
        }
        if (n < WBUF)
            break;
    }
    arm(c, 0);
    return 1;
}
static int start_h2(conn_t *c) {
    if (nghttp2_session_server_new2(&c->s, cbs, c, opt))
        return -1;
    nghttp2_settings_entry iv[] = {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 1000},
                                   {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1 << 20}};
    nghttp2_submit_settings(c->s, 0, iv, 2);
    nghttp2_session_set_local_window_size(c->s, 0, 0, 4 << 20);
    return 0;
}
static void on_ready(conn_t *c, uint32_t ev) {
    static uint8_t rb[65536];
    if (ev & (EPOLLERR | EPOLLHUP)) {
        if (!(ev & EPOLLIN))
            goto gone;
    }
    if (c->handshaking) {
        int r = SSL_do_handshake(c->ssl);
        if (drain_bio(c) < 0)
            goto gone;
        if (r != 1) {
            if (SSL_get_error(c->ssl, r) == SSL_ERROR_WANT_READ) {
                ERR_clear_error();
                return;
            }
            ERR_clear_error();
            goto gone;
        }
        const unsigned char *a;
        unsigned al;
        SSL_get0_alpn_selected(c->ssl, &a, &al);
        if (al != 2 || memcmp(a, "h2", 2))
            goto gone;
        c->handshaking = 0;
        if (start_h2(c))
            goto gone;
    }
    if (ev & (EPOLLIN | EPOLLHUP)) {
        size_t budget = 256 << 10;
        while (budget) {
            size_t n = 0;
            if (c->ssl) {
                int r = SSL_read_ex(c->ssl, rb, sizeof rb, &n);
                if (r != 1) {
                    int e = SSL_get_error(c->ssl, r);
                    ERR_clear_error();
                    if (e == SSL_ERROR_WANT_READ)
                        break;
                    goto gone;
                }
            } else {
                ssize_t k = recv(c->fd, rb, sizeof rb, 0);
                if (k < 0) {
                    if (errno == EAGAIN)
                        break;
                    if (errno == EINTR)
                        continue;
                    goto gone;
                }
                if (k == 0)
                    goto gone;
                n = (size_t)k;
            }
            if (nghttp2_session_mem_recv(c->s, rb, n) < 0)
                goto gone;
            budget -= n < budget ? n : budget;
            if (!c->ssl && n < sizeof rb)
                break;
            /* level-triggered epoll does not see what OpenSSL already holds */
            if (!budget && c->ssl && SSL_has_pending(c->ssl))
                budget = 1;
        }
    }
    if (flush(c) < 0)
        goto gone;
    if (!nghttp2_session_want_read(c->s) && !nghttp2_session_want_write(c->s))
        goto gone;
    return;
gone:
    conn_free(c);
}
static int alpn(SSL *s, const unsigned char **o, unsigned char *ol, const unsigned char *in,
                unsigned il, void *a) {
    (void)s;
    (void)a;
    return SSL_select_next_proto((unsigned char **)o, ol, (const unsigned char *)"\x02h2", 3, in,
                                 il) == OPENSSL_NPN_NEGOTIATED
               ? SSL_TLSEXT_ERR_OK
               : SSL_TLSEXT_ERR_ALERT_FATAL;
}
int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: server h2c|tls|mtls PORT [CERTDIR] [pb] [tickets=N]\n");
        return 2;
    }
    const char *dir = argc > 3 ? argv[3] : "../certs";
    for (int i = 4; i < argc; i++) {
        if (!strcmp(argv[i], "pb"))
            use_pb = 1;
        if (!strncmp(argv[i], "tickets=", 8))
            tickets = atoi(argv[i] + 8);
    }
    signal(SIGPIPE, SIG_IGN);
    if (strcmp(argv[1], "h2c")) {
        char a[512], b[512], ca[512];
        snprintf(a, sizeof a, "%s/server.pem", dir);
        snprintf(b, sizeof b, "%s/server.key", dir);
        snprintf(ca, sizeof ca, "%s/ca.pem", dir);
        ctx = SSL_CTX_new(TLS_server_method());
        SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
        if (SSL_CTX_use_certificate_chain_file(ctx, a) != 1 ||
            SSL_CTX_use_PrivateKey_file(ctx, b, SSL_FILETYPE_PEM) != 1) {
            ERR_print_errors_fp(stderr);
            return 1;
        }
        SSL_CTX_set_alpn_select_cb(ctx, alpn, NULL);
        SSL_CTX_set_num_tickets(ctx, (size_t)tickets);
        SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
        SSL_CTX_set_read_ahead(ctx, 1);
        SSL_CTX_set_default_read_buffer_len(ctx, 65536);
        if (!strcmp(argv[1], "mtls")) {
            if (SSL_CTX_load_verify_locations(ctx, ca, NULL) != 1) {
                ERR_print_errors_fp(stderr);
                return 1;
            }
            SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
        }
    }
    nghttp2_session_callbacks_new(&cbs);
    nghttp2_session_callbacks_set_on_begin_headers_callback(cbs, on_begin);
    nghttp2_session_callbacks_set_on_header_callback(cbs, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(cbs, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(cbs, on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(cbs, on_close);
    nghttp2_option_new(&opt);
    nghttp2_option_set_no_closed_streams(opt, 1);
    int l = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
    setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in sa = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)atoi(argv[2])),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(l, (struct sockaddr *)&sa, sizeof sa) || listen(l, 4096)) {
        perror("listen");
        return 1;
    }
    ep = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(ep, EPOLL_CTL_ADD, l, &e);
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct epoll_event ev[256];
        int n = epoll_wait(ep, ev, 256, -1);
        for (int i = 0; i < n; i++) {
            if (ev[i].data.ptr) {
                on_ready(ev[i].data.ptr, ev[i].events);
                continue;
            }
            for (int k = 0; k < 64; k++) {
                int fd = accept4(l, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
                if (fd < 0)
                    break;
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                conn_t *c = calloc(1, sizeof *c);
                c->fd = fd;
                if (ctx) {
                    c->ssl = SSL_new(ctx);
                    BIO *r = BIO_new_socket(fd, BIO_NOCLOSE), *w = BIO_new(BIO_s_mem());
                    SSL_set_bio(c->ssl, r, w);
                    SSL_set_accept_state(c->ssl);
                    c->handshaking = 1;
                } else if (start_h2(c)) {
                    conn_free(c);
                    continue;
                }
                struct epoll_event ce = {.events = EPOLLIN, .data.ptr = c};
                epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ce);
            }
        }
    }
}
