/// A request that names the resource on which its method's permission is checked.
///
/// Generated from the method option `resource_field`.
public protocol ResourceRequest {
  /// Such as `projects/default/assets/0190…`; empty where the caller left it out.
  var resourceName: String { get }
}
