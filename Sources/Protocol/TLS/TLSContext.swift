internal import CPurSightOpenSSL

/// A certificate with its chain and its key.
package struct TLSIdentity: Sendable, Hashable {
  /// The leaf first, then its issuers without the root.
  package var certificates: PEMSource
  package var privateKey: PEMSource

  package init(certificates: PEMSource, privateKey: PEMSource) {
    self.certificates = certificates
    self.privateKey = privateKey
  }
}

/// How a server presents itself and whom it lets in.
package struct TLSServerConfiguration: Sendable, Hashable {
  package var identity: TLSIdentity
  /// Issuers of client certificates; with them every client must show one.
  package var clientAuthorities: PEMSource?
  /// Revoked client certificates. With a list, every issuer needs a current one (fail closed).
  package var revocationLists: PEMSource?

  package init(
    identity: TLSIdentity, clientAuthorities: PEMSource? = nil, revocationLists: PEMSource? = nil
  ) {
    self.identity = identity
    self.clientAuthorities = clientAuthorities
    self.revocationLists = revocationLists
  }
}

/// Whom a client trusts and how it presents itself.
package struct TLSClientConfiguration: Sendable, Hashable {
  /// Issuers of server certificates; nil takes the system's.
  package var authorities: PEMSource?
  package var identity: TLSIdentity?

  package init(authorities: PEMSource? = nil, identity: TLSIdentity? = nil) {
    self.authorities = authorities
    self.identity = identity
  }
}

/// An `SSL_CTX`: TLS 1.3 only, application protocol `h2` only, no early data.
///
/// `@unchecked Sendable`: never changed after init, and OpenSSL counts its references atomically.
@safe package final class TLSContext: @unchecked Sendable {
  let raw: OpaquePointer
  let isServer: Bool
  /// When the own certificate ends, in seconds of Unix time; nil without one.
  package let certificateNotAfter: Int64?
  /// Whether clients must show a certificate.
  package let requiresClientCertificate: Bool

  /// Issuers between a leaf and its root that are followed.
  private static let maxChainDepth: Int32 = 3
  /// OpenSSL's security level 2: 112 bits, so RSA from 2,048 bits, SHA-1 refused.
  private static let securityLevel: Int32 = 2
  private static let sessionContext: [UInt8] = Array("pursight".utf8)

  /// Reads and checks everything a server needs.
  package init(server configuration: TLSServerConfiguration) throws(TLSError) {
    let context = try unsafe Self.make(TLS_server_method())
    do throws(TLSError) {
      certificateNotAfter = try unsafe Self.use(configuration.identity, context)
      if let authorities = configuration.clientAuthorities {
        try unsafe Self.trust(authorities, context)
        try unsafe authorities.forEachCertificate { (certificate) throws(TLSError) in
          unsafe SSL_CTX_add_client_CA(context, certificate)
        }
        let mode = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
        unsafe SSL_CTX_set_verify(context, mode, nil)
      }
      if let lists = configuration.revocationLists { try unsafe Self.revoke(lists, context) }
    } catch {
      unsafe SSL_CTX_free(context)
      throw error
    }
    requiresClientCertificate = configuration.clientAuthorities != nil
    // A TLS 1.3 ticket carries the client's certificate, and making it costs a quarter of a
    // handshake: none where certificates are asked for.
    unsafe SSL_CTX_set_num_tickets(context, requiresClientCertificate ? 0 : 1)
    _ = unsafe SSL_CTX_set_session_id_context(
      context, Self.sessionContext, UInt32(Self.sessionContext.count))
    unsafe SSL_CTX_set_alpn_select_cb(context, selectProtocol, nil)
    unsafe raw = context
    isServer = true
  }

  /// Reads and checks everything a client needs.
  package init(client configuration: TLSClientConfiguration) throws(TLSError) {
    let context = try unsafe Self.make(TLS_client_method())
    do throws(TLSError) {
      if let authorities = configuration.authorities {
        try unsafe Self.trust(authorities, context)
      } else if unsafe SSL_CTX_set_default_verify_paths(context) != 1 {
        throw .openSSL(.configuration, "the system's certificate authorities cannot be read")
      }
      certificateNotAfter = try configuration.identity.map { (identity) throws(TLSError) in
        try unsafe Self.use(identity, context)
      }
    } catch {
      unsafe SSL_CTX_free(context)
      throw error
    }
    requiresClientCertificate = false
    unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
    let protocols: [UInt8] = [2, UInt8(ascii: "h"), UInt8(ascii: "2")]
    // The one function here that answers 0 for success.
    _ = unsafe SSL_CTX_set_alpn_protos(context, protocols, UInt32(protocols.count))
    unsafe raw = context
    isServer = false
  }

  deinit { unsafe SSL_CTX_free(raw) }

  private static func make(_ method: OpaquePointer?) throws(TLSError) -> OpaquePointer {
    ERR_clear_error()
    guard let context = unsafe SSL_CTX_new(method) else {
      throw .openSSL(.configuration, "SSL_CTX_new")
    }
    guard unsafe pursight_ssl_only_tls13(context) == 1 else {
      unsafe SSL_CTX_free(context)
      throw .openSSL(.configuration, "TLS 1.3 is not available")
    }
    unsafe pursight_ssl_set_modes(context)
    unsafe SSL_CTX_set_security_level(context, securityLevel)
    unsafe SSL_CTX_set_verify_depth(context, maxChainDepth)
    return unsafe context
  }

  /// Sets certificate, chain and key; returns the end of the certificate's validity.
  private static func use(
    _ identity: TLSIdentity, _ context: OpaquePointer
  ) throws(TLSError) -> Int64 {
    var notAfter: Int64?
    try unsafe identity.certificates.forEachCertificate { (certificate) throws(TLSError) in
      if notAfter == nil {
        notAfter = unsafe pursight_not_after(certificate)
        guard unsafe pursight_ssl_use_certificate(context, certificate) == 1 else {
          throw .openSSL(.configuration, "the certificate cannot be used")
        }
      } else if unsafe pursight_ssl_add_chain(context, certificate) != 1 {
        throw .openSSL(.configuration, "the certificate's chain cannot be used")
      }
    }
    try unsafe identity.privateKey.withPrivateKey { (key) throws(TLSError) in
      guard unsafe SSL_CTX_use_PrivateKey(context, key) == 1,
        unsafe SSL_CTX_check_private_key(context) == 1
      else { throw .openSSL(.configuration, "the private key does not fit the certificate") }
    }
    return notAfter ?? 0
  }

  private static func trust(
    _ authorities: PEMSource, _ context: OpaquePointer
  ) throws(TLSError) {
    let store = unsafe SSL_CTX_get_cert_store(context)
    try unsafe authorities.forEachCertificate { (certificate) throws(TLSError) in
      guard unsafe X509_STORE_add_cert(store, certificate) == 1 else {
        throw .openSSL(.configuration, "an authority's certificate cannot be used")
      }
    }
  }

  private static func revoke(_ lists: PEMSource, _ context: OpaquePointer) throws(TLSError) {
    let store = unsafe SSL_CTX_get_cert_store(context)
    try unsafe lists.forEachRevocationList { (list) throws(TLSError) in
      guard unsafe X509_STORE_add_crl(store, list) == 1 else {
        throw .openSSL(.configuration, "a revocation list cannot be used")
      }
    }
    _ = unsafe X509_STORE_set_flags(store, UInt(X509_V_FLAG_CRL_CHECK))
  }
}

/// Takes `h2` if the client offers it, else ends the handshake (RFC 7301 §3.2).
private func selectProtocol(
  _ connection: OpaquePointer?, _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
  _ chosenLength: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?,
  _ offeredLength: UInt32, _ argument: UnsafeMutableRawPointer?
) -> Int32 {
  guard let chosen = unsafe chosen, let offered = unsafe offered else {
    return SSL_TLSEXT_ERR_ALERT_FATAL
  }
  // OpenSSL has checked the list's form: length, name, length, name, …
  var offset = 0
  while offset < Int(offeredLength) {
    let length = unsafe Int(offered[offset])
    if length == 2, unsafe offered[offset + 1] == UInt8(ascii: "h"),
      unsafe offered[offset + 2] == UInt8(ascii: "2")
    {
      unsafe chosen.pointee = offered + offset + 1
      unsafe chosenLength?.pointee = 2
      return SSL_TLSEXT_ERR_OK
    }
    offset += 1 + length
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL
}
