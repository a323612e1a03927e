internal import PurSightNet

/// Runs what blocks on a thread of its own, so that no executor's thread stands still.
enum BlockingCall {
  static func run<Value: Sendable>(
    _ name: String, _ body: @escaping @Sendable () throws(AppError) -> Value
  ) async throws(AppError) -> Value {
    let result: Result<Value, AppError> = await withCheckedContinuation { continuation in
      do {
        let thread = try Thread(name) {
          let result: Result<Value, AppError>
          do throws(AppError) { result = .success(try body()) } catch { result = .failure(error) }
          continuation.resume(returning: result)
        }
        thread.detach()
      } catch {
        continuation.resume(
          returning: .failure(AppError(.software, "No thread could be made: \(error)")))
      }
    }
    return try result.get()
  }
}
