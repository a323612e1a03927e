/// The names that protoc-gen-c 1.4.1 gives to C types and functions.
///
/// Source: protobuf-c, `protoc-c/c_helpers.cc`: `FullNameToC`, `FullNameToLower`.
enum CNames {
  /// `pursight.v1.AssetKind` → `Pursight__V1__AssetKind`.
  static func structure(_ fullName: String) -> String {
    fullName.split(separator: ".").map { camel(String($0)) }.joined(separator: "__")
  }

  /// `pursight.v1.AssetKind` → `pursight__v1__asset_kind`.
  static func prefix(_ fullName: String) -> String {
    fullName.split(separator: ".").map { lower(String($0)) }.joined(separator: "__")
  }

  /// `pursight/v1/asset.proto` → `pursight/v1/asset.pb-c.h`.
  static func header(_ file: String) -> String {
    let stem = file.hasSuffix(".proto") ? String(file.dropLast(6)) : file
    return stem + ".pb-c.h"
  }

  private static func camel(_ name: String) -> String {
    var result = ""
    var isNextUpper = true
    for character in name {
      if character == "_" {
        isNextUpper = true
      } else {
        result += isNextUpper ? character.uppercased() : String(character)
        isNextUpper = false
      }
    }
    return result
  }

  private static func lower(_ name: String) -> String {
    var result = ""
    // true, so that no underscore comes first.
    var wasUpper = true
    for character in name {
      let isUpper = character.isUppercase
      if isUpper, !wasUpper { result += "_" }
      result += character.lowercased()
      wasUpper = isUpper
    }
    return result
  }
}
