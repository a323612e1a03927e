internal import CPurSightOpenSSL

/// One TLS connection: ciphertext in, plaintext out, and the reverse. No I/O.
///
/// What it wants to send gathers in the workspace's block; the caller takes it after every call.
/// Single-owner, one thread: OpenSSL's error queue belongs to the thread, so every call here clears
/// it before and reads it right after.
@safe package struct TLSConnection: ~Copyable {
  private let raw: OpaquePointer
  private let wire: TLSWire

  package enum Handshake: Sendable {
    case done
    case wantsInput
  }

  package enum Read: Sendable {
    case bytes(Int)
    /// All input is used up.
    case wantsInput
    /// The peer said that nothing more follows.
    case ended
  }

  /// Makes a connection of the context's role.
  ///
  /// - Parameter serverName: for clients, the name or IP address the server's certificate must
  /// bear.
  package init(
    _ context: TLSContext, serverName: String? = nil, workspace: TLSWorkspace
  ) throws(TLSError) {
    ERR_clear_error()
    let wire = TLSWire(workspace)
    guard let connection = unsafe SSL_new(context.raw), let bio = unsafe BIO_new(wireMethod) else {
      throw .openSSL(.connection, "SSL_new")
    }
    unsafe BIO_set_data(bio, Unmanaged.passUnretained(wire).toOpaque())
    unsafe BIO_set_init(bio, 1)
    unsafe SSL_set_bio(connection, bio, bio)
    if context.isServer {
      unsafe SSL_set_accept_state(connection)
    } else {
      unsafe SSL_set_connect_state(connection)
      if let serverName, unsafe !expect(serverName, connection) {
        unsafe SSL_free(connection)
        throw .openSSL(.configuration, "\"\(serverName)\" is no host name")
      }
    }
    unsafe raw = connection
    self.wire = wire
  }

  deinit { unsafe SSL_free(raw) }

  /// Lends ciphertext of the peer; it must stay valid until `.wantsInput` says it is used up.
  @inline(__always) package func feed(_ bytes: UnsafeRawBufferPointer) {
    wire.input = bytes.baseAddress
    wire.inputCount = bytes.count
  }

  /// Goes on with the handshake.
  ///
  /// - Throws: `handshake`, also when the peer agreed on no application protocol. The alert that
  ///   tells the peer may be in the workspace.
  package func handshake() throws(TLSError) -> Handshake {
    ERR_clear_error()
    let result = unsafe SSL_do_handshake(raw)
    if result == 1 {
      var name: UnsafePointer<UInt8>?
      var length: UInt32 = 0
      unsafe SSL_get0_alpn_selected(raw, &name, &length)
      guard length == 2 else {
        throw TLSError(.handshake, "the peer does not speak h2: ALPN is required")
      }
      return .done
    }
    switch unsafe SSL_get_error(raw, result) {
    case SSL_ERROR_WANT_READ: return .wantsInput
    default:
      let error = TLSError.openSSL(.handshake, "SSL_do_handshake")
      let verdict = unsafe SSL_get_verify_result(raw)
      guard verdict != X509_V_OK, let why = unsafe X509_verify_cert_error_string(verdict) else {
        throw error
      }
      // "certificate verify failed" alone does not say whether it is the issuer, the name or the
      // date.
      throw TLSError(.handshake, "\(error.message) (\(unsafe String(cString: why)))")
    }
  }

  /// Decrypts into `block`.
  @inline(__always) package func read(
    into block: UnsafeMutableRawBufferPointer
  ) throws(TLSError) -> Read {
    ERR_clear_error()
    var count = 0
    let result = unsafe SSL_read_ex(raw, block.baseAddress, block.count, &count)
    if result == 1 { return .bytes(count) }
    switch unsafe SSL_get_error(raw, result) {
    case SSL_ERROR_WANT_READ: return .wantsInput
    case SSL_ERROR_ZERO_RETURN: return .ended
    default: throw .openSSL(.connection, "SSL_read_ex")
    }
  }

  /// Encrypts all of `bytes`, at most `TLSWorkspace.maxPlaintextBytes`; the workspace must be
  /// empty.
  @inline(__always) package func write(_ bytes: UnsafeRawBufferPointer) throws(TLSError) {
    ERR_clear_error()
    var offset = 0
    while offset < bytes.count {
      var count = 0
      let result = unsafe SSL_write_ex(
        raw, bytes.baseAddress.unsafelyUnwrapped + offset, bytes.count - offset, &count)
      guard result == 1 else {
        // Half an answer must not reach whoever uses the workspace next.
        wire.workspace.removeAll()
        throw .openSSL(.connection, "SSL_write_ex")
      }
      offset += count
    }
  }

  /// Queues the notice that nothing more follows (close_notify).
  package func close() {
    ERR_clear_error()
    _ = unsafe SSL_shutdown(raw)
    ERR_clear_error()
  }

  /// What the peer's verified certificate says; nil if it showed none.
  package func peerCertificate() -> PeerCertificate? {
    guard let certificate = unsafe SSL_get1_peer_certificate(raw) else { return nil }
    defer { unsafe X509_free(certificate) }
    return unsafe PeerCertificate(certificate)
  }

  /// The version and the cipher, such as `TLSv1.3 TLS_AES_128_GCM_SHA256`; for logs.
  package var cipher: String {
    let name = unsafe SSL_get_cipher_name_of(raw)
    return unsafe String(cString: SSL_get_version(raw)) + " " + name
  }
}

/// The name of the cipher in use.
private func SSL_get_cipher_name_of(_ connection: OpaquePointer) -> String {
  guard let cipher = unsafe SSL_get_current_cipher(connection),
    let name = unsafe SSL_CIPHER_get_name(cipher)
  else { return "" }
  return unsafe String(cString: name)
}

/// Has the server's certificate checked against a host name, or an IP address where it is one.
private func expect(_ name: String, _ connection: OpaquePointer) -> Bool {
  let parameters = unsafe SSL_get0_param(connection)
  if unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, name) == 1 { return true }
  ERR_clear_error()
  // Server Name Indication is for host names only (RFC 6066 §3).
  return unsafe pursight_ssl_set_server_name(connection, name) == 1
    && SSL_set1_host(connection, name) == 1
}
