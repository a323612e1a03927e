/// How much of a JSON text is taken from a stranger.
package struct JSONLimits: Sendable {
  /// Open arrays and objects.
  package var maxDepth = 64
  /// Length of the text, in bytes.
  package var maxBytes = 16 << 20
  /// Length of one string, in bytes of UTF-8.
  package var maxStringBytes = 8 << 20
  /// Length of one number, in bytes.
  package var maxNumberBytes = 512
  /// Keys of one object.
  package var maxKeys = 100_000

  package init() {}
}
