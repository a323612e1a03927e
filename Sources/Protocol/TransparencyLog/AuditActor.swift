/// Who acted, by names that identify nobody outside the deployment.
package struct AuditActor: Hashable, Sendable {
  /// What kind of principal acted; the raw values are the encoding's.
  package enum Kind: UInt8, Sendable {
    case user = 1
    case service = 2
    case system = 3
  }

  /// How the principal proved who it is.
  package struct Authentication: Hashable, Sendable {
    /// The means, such as `mtls` or `oidc`.
    package var method: String
    /// Who vouches for it: trust domain or token issuer; empty when nobody else.
    package var issuer: String
    /// The authentication context class (`acr`); empty when none.
    package var contextClass: String
    /// When the person signed in, in seconds since 1970; 0 when unknown.
    package var time: Int64

    /// Describes an authentication.
    package init(method: String, issuer: String = "", contextClass: String = "", time: Int64 = 0) {
      self.method = method
      self.issuer = issuer
      self.contextClass = contextClass
      self.time = time
    }
  }

  /// The kind of principal.
  package var kind: Kind
  /// A SPIFFE ID for services, a pseudonymous identifier for people: never a mail address.
  package var principal: String
  /// How it was authenticated; nil for the system itself.
  package var authentication: Authentication?

  /// Names an actor.
  package init(kind: Kind, principal: String, authentication: Authentication? = nil) {
    self.kind = kind
    self.principal = principal
    self.authentication = authentication
  }
}
