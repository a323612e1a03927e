/// The JSON form of methods' messages, for protocols whose callers may speak it.
///
/// A transport knows messages as bytes only; whoever wires it says how they read as JSON.
package protocol MethodJSON: Sendable {
  /// Whether the messages of a method have a JSON form here.
  func covers(_ method: MethodInfo) -> Bool

  /// The encoded request of a method from its JSON text.
  /// - Throws: `INVALID_ARGUMENT` that names the field that is wrong.
  func request(_ json: [UInt8], of method: MethodInfo) throws(RPCError) -> [UInt8]

  /// The JSON text of an encoded response of a method.
  func response(_ message: [UInt8], of method: MethodInfo) throws(RPCError) -> [UInt8]

  /// The JSON text of an error's detail; nil where its type is not known.
  func detail(_ detail: RPCError.Detail) -> [UInt8]?
}
