#pragma once
#include <openssl/ssl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <openssl/pem.h>

// Shims of PurSightCrypto. Each exists because Swift cannot import a macro or a variadic function,
// or because a C union or a default callback must not be met from Swift.
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

// The SHA-256 state as a plain structure: no allocation per hash, and a state that can be copied
// and stored, which EVP_MD_CTX does not allow. Deprecated in 3.0 in favour of EVP, still present.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static inline void pursight_sha256_init(SHA256_CTX *context) { SHA256_Init(context); }
static inline void pursight_sha256_update(SHA256_CTX *context, const void *bytes, size_t count) {
  SHA256_Update(context, bytes, count);
}
static inline void pursight_sha256_final(SHA256_CTX *context, unsigned char *digest) {
  SHA256_Final(digest, context);
}
#pragma GCC diagnostic pop

// EVP_PKEY_Q_keygen is variadic.
static inline EVP_PKEY *pursight_generate_p256_key(void) {
  return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
}
static inline EVP_PKEY *pursight_generate_ed25519_key(void) {
  return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
}

// BIO_get_mem_data is a macro.
static inline long pursight_bio_contents(BIO *bio, const uint8_t **bytes) {
  return BIO_get_mem_data(bio, (char **)bytes);
}

// An empty passphrase instead of OpenSSL's default callback, which would ask on the terminal.
static inline EVP_PKEY *pursight_read_private_key(BIO *bio) {
  return PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)"");
}

// GENERAL_NAMES is a typed stack (macros) of unions.
static inline GENERAL_NAMES *pursight_general_names_new(void) { return GENERAL_NAMES_new(); }
static inline void pursight_general_names_free(GENERAL_NAMES *names) { GENERAL_NAMES_free(names); }
static inline int pursight_general_names_count(const GENERAL_NAMES *names) {
  return sk_GENERAL_NAME_num(names);
}
// Answers the GEN_ type; bytes stay owned by names and are NULL for types without plain bytes.
static inline int pursight_general_names_get(
    const GENERAL_NAMES *names, int index, const uint8_t **bytes, int *count) {
  const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
  const ASN1_STRING *text = NULL;
  if (name->type == GEN_DNS || name->type == GEN_URI || name->type == GEN_EMAIL) {
    text = name->d.ia5;
  } else if (name->type == GEN_IPADD) {
    text = name->d.ip;
  }
  *bytes = text == NULL ? NULL : ASN1_STRING_get0_data(text);
  *count = text == NULL ? 0 : ASN1_STRING_length(text);
  return name->type;
}
// Appends a copy of the bytes as a DNS name, a URI or an IP address; 1 on success.
static inline int pursight_general_names_add(
    GENERAL_NAMES *names, int type, const uint8_t *bytes, int count) {
  GENERAL_NAME *name = GENERAL_NAME_new();
  ASN1_STRING *text = ASN1_STRING_type_new(
      type == GEN_IPADD ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);
  if (name == NULL || text == NULL || !ASN1_STRING_set(text, bytes, count)) {
    GENERAL_NAME_free(name);
    ASN1_STRING_free(text);
    return 0;
  }
  GENERAL_NAME_set0_value(name, type, text);
  if (sk_GENERAL_NAME_push(names, name) == 0) {
    GENERAL_NAME_free(name);
    return 0;
  }
  return 1;
}

// X509V3_set_ctx_nodb is a macro; the context lives only during this call.
static inline int pursight_add_extension(
    X509 *certificate, X509 *issuer, int nid, const char *value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
  X509V3_set_ctx_nodb(&context);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
  if (extension == NULL) return 0;
  int added = X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  return added;
}

// The wall clock without importing the platform's C library.
static inline int64_t pursight_unix_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// XN_FLAG_RFC2253 is a composed macro.
static inline int pursight_print_name(BIO *output, const X509_NAME *name) {
  return X509_NAME_print_ex(output, name, 0, XN_FLAG_RFC2253);
}

// Shims of PurSightTLS: macros over SSL_CTX_ctrl, SSL_ctrl and BIO_ctrl.
static inline int pursight_ssl_only_tls13(SSL_CTX *context) {
  return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION)
      && SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION);
}
static inline void pursight_ssl_set_modes(SSL_CTX *context) {
  // Buffers of idle connections are given back; a write that was not taken may move.
  SSL_CTX_set_mode(
      context,
      SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE
          | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(
      context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
}
static inline int pursight_ssl_use_certificate(SSL_CTX *context, X509 *leaf) {
  return SSL_CTX_use_certificate(context, leaf);
}
static inline int pursight_ssl_add_chain(SSL_CTX *context, X509 *certificate) {
  return (int)SSL_CTX_add1_chain_cert(context, certificate);
}
static inline int pursight_ssl_set_server_name(SSL *connection, const char *name) {
  return (int)SSL_set_tlsext_host_name(connection, name);
}
static inline int pursight_bio_any_type(void) { return BIO_TYPE_SOURCE_SINK; }
static inline void pursight_bio_retry_read(BIO *bio) {
  BIO_clear_retry_flags(bio);
  BIO_set_retry_read(bio);
}
static inline void pursight_bio_retry_write(BIO *bio) {
  BIO_clear_retry_flags(bio);
  BIO_set_retry_write(bio);
}
static inline void pursight_bio_no_retry(BIO *bio) { BIO_clear_retry_flags(bio); }
// BIO_CTRL_FLUSH has to succeed, everything else is not supported.
static inline long pursight_bio_control(BIO *bio, int command, long number, void *pointer) {
  (void)bio, (void)number, (void)pointer;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}
// The end of a certificate's validity in seconds of Unix time, 0 if it cannot be read.
static inline int64_t pursight_not_after(const X509 *certificate) {
  ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
  int days = 0, seconds = 0;
  int known = epoch != NULL && ASN1_TIME_diff(&days, &seconds, epoch, X509_get0_notAfter(certificate));
  ASN1_TIME_free(epoch);
  return known ? (int64_t)days * 86400 + seconds : 0;
}
