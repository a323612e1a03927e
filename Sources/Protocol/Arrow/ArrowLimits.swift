/// What a reader takes of a peer's Arrow messages before it refuses.
package struct ArrowLimits: Sendable {
  /// The most bytes of one message's metadata.
  package var maxMetadataBytes = 16 << 20
  /// The most bytes of one message's body as it is sent.
  package var maxBodyBytes = 64 << 20
  /// The most bytes of one batch after decompression and expansion of dictionaries.
  package var maxBatchBytes = 256 << 20
  /// The most rows of one batch.
  package var maxRows = 1 << 24
  /// The most columns of a schema.
  package var maxColumns = 10_000
  /// The most bytes of a name, or of a key or value of custom metadata.
  package var maxNameBytes = 64 << 10
  /// The most entries of custom metadata of a schema or field.
  package var maxMetadataEntries = 1_000
  /// The most bytes of all dictionaries of a stream.
  package var maxDictionaryBytes = 64 << 20

  /// Generous limits for a reader that trusts its own memory to hold a batch of 256 MiB.
  package static let defaults = ArrowLimits()

  package init() {}
}
