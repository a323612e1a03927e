internal import CPurSightOpenSSL

/// A certificate authority with a P-256 key: what `pursightd dev` runs for its own machine.
package struct CertificateAuthority: Sendable {
  /// The authority's own certificate, which peers trust.
  package let certificate: Certificate
  private let key: PrivateKey

  /// Makes a new authority.
  ///
  /// - `name`: the common name, 1 to 64 characters.
  package static func generate(
    name: String, validity: CertificateValidity
  ) throws(CryptoError) -> CertificateAuthority {
    let key = try makeKey()
    let draft = try X509Handle()
    try unsafe draft.fill(commonName: name, issuerName: nil, validity: validity)
    guard unsafe X509_set_pubkey(draft.raw, key.raw) == 1 else {
      throw CryptoError.library("X509_set_pubkey")
    }
    try unsafe draft.add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0", issuer: draft.raw)
    try unsafe draft.add(NID_key_usage, "critical,keyCertSign,cRLSign", issuer: draft.raw)
    try unsafe draft.add(NID_subject_key_identifier, "hash", issuer: draft.raw)
    return CertificateAuthority(certificate: try sign(draft, with: key), key: key)
  }

  /// Takes up an authority from its stored PEM texts.
  ///
  /// Throws `malformed` for other text, `invalidArgument` when the key does not belong to the
  /// certificate or the certificate may not issue others.
  package init(certificatePEM: String, privateKeyPEM: String) throws(CryptoError) {
    certificate = try Certificate(pem: certificatePEM)
    key = try PrivateKey(pem: privateKeyPEM)
    let handle = try X509Handle(der: certificate.der)
    guard unsafe X509_check_private_key(handle.raw, key.raw) == 1 else {
      ERR_clear_error()
      throw CryptoError(.invalidArgument, "The authority's key does not belong to its certificate")
    }
    guard certificate.isAuthority else {
      throw CryptoError(.invalidArgument, "\(certificate.subject) is no certificate authority")
    }
  }

  private init(certificate: Certificate, key: PrivateKey) {
    self.certificate = certificate
    self.key = key
  }

  /// The authority's key as unencrypted PKCS #8; the caller writes it with mode 0600.
  package func privateKeyPEM() throws(CryptoError) -> String {
    try key.pem()
  }

  /// Issues a server certificate for host names and addresses; with `identity` also as an
  /// X509-SVID.
  package func issueServer(
    commonName: String, names: [SubjectAlternativeName], identity: SPIFFEID? = nil,
    validity: CertificateValidity
  ) throws(CryptoError) -> Credential {
    let identities = identity.map { [SubjectAlternativeName.uri($0.description)] } ?? []
    return try issue(
      commonName, names: names + identities,
      purposes: identity == nil ? "serverAuth" : "serverAuth,clientAuth", validity)
  }

  /// Issues a client certificate that is an X509-SVID: one URI name, both purposes.
  ///
  /// Throws `invalidArgument` for an identity without a path.
  package func issueClient(
    identity: SPIFFEID, commonName: String, validity: CertificateValidity
  ) throws(CryptoError) -> Credential {
    guard !identity.path.isEmpty else {
      throw CryptoError(.invalidArgument, "\(identity) names a trust domain, no workload")
    }
    return try issue(
      commonName, names: [.uri(identity.description)], purposes: "serverAuth,clientAuth", validity)
  }

  private func issue(
    _ commonName: String, names: [SubjectAlternativeName], purposes: String,
    _ validity: CertificateValidity
  ) throws(CryptoError) -> Credential {
    let subjectKey = try Self.makeKey()
    let issuer = try X509Handle(der: certificate.der)
    let draft = try X509Handle()
    unsafe try draft.fill(
      commonName: commonName, issuerName: X509_get_subject_name(issuer.raw), validity: validity)
    guard unsafe X509_set_pubkey(draft.raw, subjectKey.raw) == 1 else {
      throw CryptoError.library("X509_set_pubkey")
    }
    try unsafe draft.add(NID_basic_constraints, "critical,CA:FALSE", issuer: issuer.raw)
    try unsafe draft.add(NID_key_usage, "critical,digitalSignature", issuer: issuer.raw)
    try unsafe draft.add(NID_ext_key_usage, purposes, issuer: issuer.raw)
    try unsafe draft.add(NID_subject_key_identifier, "hash", issuer: issuer.raw)
    try unsafe draft.add(NID_authority_key_identifier, "keyid:always", issuer: issuer.raw)
    try draft.add(names)
    return Credential(
      certificate: try Self.sign(draft, with: key), privateKeyPEM: try subjectKey.pem())
  }

  private static func makeKey() throws(CryptoError) -> PrivateKey {
    guard let raw = unsafe pursight_generate_p256_key() else {
      throw CryptoError.library("EVP_PKEY_Q_keygen")
    }
    return unsafe PrivateKey(adopting: raw)
  }

  private static func sign(
    _ draft: borrowing X509Handle, with key: PrivateKey
  ) throws(CryptoError) -> Certificate {
    guard unsafe X509_sign(draft.raw, key.raw, EVP_sha256()) > 0 else {
      throw CryptoError.library("X509_sign")
    }
    return try unsafe Certificate(reading: draft.raw)
  }
}
