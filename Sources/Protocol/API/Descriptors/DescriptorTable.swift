/// The descriptors of a set of protos: what server reflection serves.
///
/// They are the published protos, not the changed copies the C code is made of.
public struct DescriptorTable: Sendable {
  /// One `.proto` file.
  public struct File: Sendable {
    /// Such as `pursight/v1/asset.proto`.
    public let name: String
    /// The encoded `google.protobuf.FileDescriptorProto`.
    public let bytes: [UInt8]
  }

  /// Every file; those a file imports come before it.
  public let files: [File]
  /// Index into `files` by full name of a message, field, oneof, enum, enum value, service, method
  /// or extension.
  public let fileBySymbol: [String: Int]
  /// Index into `files` by file name.
  public let fileByName: [String: Int]

  package init(
    fileName: (Int) -> UnsafePointer<CChar>?,
    fileBytes: (Int, UnsafeMutablePointer<Int>) -> UnsafePointer<UInt8>?,
    symbol: (Int, UnsafeMutablePointer<Int>) -> UnsafePointer<CChar>?
  ) {
    var files: [File] = []
    while let name = unsafe fileName(files.count) {
      var count = 0
      let start = unsafe fileBytes(files.count, &count)
      files.append(
        File(
          name: unsafe String(cString: name),
          bytes: unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))))
    }
    var symbols: [String: Int] = [:]
    var index = 0
    var file = 0
    while let name = unsafe symbol(index, &file) {
      symbols[unsafe String(cString: name)] = file
      index += 1
    }
    self.files = files
    fileBySymbol = symbols
    fileByName = Dictionary(uniqueKeysWithValues: files.enumerated().map { ($1.name, $0) })
  }
}
