/// What a caller can see: the project that every statement is confined to by row-level security.
///
/// Later policies narrow it further; every read of Storage takes one.
package struct Scope: Hashable, Sendable {
  /// The project's number in the database.
  package let project: Int32
  /// The project's name, such as `default`.
  package let slug: String

  package init(project: Int32, slug: String) {
    self.project = project
    self.slug = slug
  }

  /// `projects/{slug}`.
  package var name: String { "projects/" + slug }
}
