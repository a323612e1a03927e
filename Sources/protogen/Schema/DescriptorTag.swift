/// Field numbers of google/protobuf/descriptor.proto, as far as protogen reads them.
enum DescriptorTag {
  enum FileSet { static let file: UInt32 = 1 }

  enum File {
    static let name: UInt32 = 1
    static let package: UInt32 = 2
    static let dependency: UInt32 = 3
    static let message: UInt32 = 4
    static let enumeration: UInt32 = 5
    static let service: UInt32 = 6
    static let `extension`: UInt32 = 7
    static let sourceInfo: UInt32 = 9
    static let publicDependency: UInt32 = 10
    static let syntax: UInt32 = 12
  }

  enum Message {
    static let name: UInt32 = 1
    static let field: UInt32 = 2
    static let nested: UInt32 = 3
    static let enumeration: UInt32 = 4
    static let options: UInt32 = 7
    static let oneof: UInt32 = 8
    static let reservedRange: UInt32 = 9
  }

  enum Field {
    static let name: UInt32 = 1
    static let extendee: UInt32 = 2
    static let number: UInt32 = 3
    static let label: UInt32 = 4
    static let type: UInt32 = 5
    static let typeName: UInt32 = 6
    static let options: UInt32 = 8
    static let oneofIndex: UInt32 = 9
    static let jsonName: UInt32 = 10
    static let proto3Optional: UInt32 = 17

    /// `LABEL_REPEATED`.
    static let repeated: Int32 = 3
    static let typeString: UInt64 = 9
    static let typeBytes: UInt64 = 12
    static let typeEnum: UInt64 = 14
    static let typeInt32: UInt64 = 5
  }

  enum Oneof { static let name: UInt32 = 1 }

  enum Enumeration {
    static let name: UInt32 = 1
    static let value: UInt32 = 2
    static let options: UInt32 = 3
    static let reservedRange: UInt32 = 4
  }

  enum EnumValue {
    static let name: UInt32 = 1
    static let number: UInt32 = 2
    static let options: UInt32 = 3
  }

  enum Range {
    static let start: UInt32 = 1
    static let end: UInt32 = 2
  }

  enum Service {
    static let name: UInt32 = 1
    static let method: UInt32 = 2
  }

  enum Method {
    static let name: UInt32 = 1
    static let input: UInt32 = 2
    static let output: UInt32 = 3
    static let options: UInt32 = 4
    static let clientStreaming: UInt32 = 5
    static let serverStreaming: UInt32 = 6
  }

  enum Options {
    static let messageDeprecated: UInt32 = 3
    static let messageMapEntry: UInt32 = 7
    static let fieldDeprecated: UInt32 = 3
    static let enumDeprecated: UInt32 = 3
    static let enumValueDeprecated: UInt32 = 1
    static let methodDeprecated: UInt32 = 33
    static let methodIdempotency: UInt32 = 34
  }

  enum Location {
    static let path: UInt32 = 1
    static let leadingComments: UInt32 = 3
  }
}
