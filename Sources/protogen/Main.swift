internal import Glibc

/// Generates Swift and C from protos, and looks after the contract they are.
///
/// Works on descriptor sets, which `dev/generate.sh` makes with protoc.
@main struct Main {
  static func main() {
    do throws(ProtogenError) {
      try Command(Array(CommandLine.arguments.dropFirst())).run()
    } catch {
      FileIO.complain("protogen: \(error.message)\n")
      exit(error.code == .usage ? 64 : 1)
    }
  }
}
