import PurSightAPI
import PurSightRPC
import Testing

@testable import PurSightClient

@Suite struct ErrorTests {
  @Test func `details of a status become properties`() {
    let error = PurSightError(
      RPCError(
        .failedPrecondition, "The dataset is not empty.",
        details: [
          .init(ErrorInfo(reason: "NOT_EMPTY", domain: "pursight", metadata: ["rows": "3"])),
          .init(
            BadRequest(fieldViolations: [.init(field: "dataset.fqn", description: "is empty")])),
          .init(
            PreconditionFailure(violations: [
              .init(type: "LOAD_OPEN", subject: "load-1", description: "It is open.")
            ])),
          .init(RetryInfo(retryDelay: ProtoDuration(seconds: 2, nanos: 500_000_000))),
          .init(
            ResourceInfo(
              resourceType: "pursight.v1.Dataset", resourceName: "projects/default/datasets/d")),
          .init(RequestInfo(requestID: "0190")),
        ]))
    #expect(error.reason == "NOT_EMPTY")
    #expect(error.domain == "pursight")
    #expect(error.metadata == ["rows": "3"])
    #expect(error.fieldViolations.map(\.field) == ["dataset.fqn"])
    #expect(error.preconditions.map(\.type) == ["LOAD_OPEN"])
    #expect(error.retryDelay == .milliseconds(2500))
    #expect(error.resource?.name == "projects/default/datasets/d")
    #expect(error.requestID == "0190")
  }

  @Test func `a refusal says who can help`() {
    let error = PurSightError(
      RPCError(
        .permissionDenied, "spiffe://dev/guest may not read flights.",
        details: [
          .init(
            ErrorInfo(
              reason: "MISSING_PERMISSION", domain: "pursight",
              metadata: [
                "permission": "ingestion.datasets.read", "principal": "spiffe://dev/guest",
              ]))
        ]))
    #expect(
      error.description == """
        spiffe://dev/guest may not read flights. An administrator can grant a role that has it: \
        pursightctl role grant ROLE spiffe://dev/guest.
        """)
  }

  @Test func `several bad fields are all named`() {
    let error = PurSightError(
      RPCError(
        .invalidArgument, "2 fields are not right.",
        details: [
          .init(
            BadRequest(fieldViolations: [
              .init(field: "a", description: "is empty"), .init(field: "b", description: "is long"),
            ]))
        ]))
    #expect(error.description == "2 fields are not right. a: is empty b: is long")
  }

  @Test func `a pushback is taken as the pause`() {
    var trailers = Metadata()
    trailers.add("grpc-retry-pushback-ms", "750")
    let error = PurSightError(RPCError(.unavailable, "Busy.", trailers: trailers))
    #expect(error.retryDelay == .milliseconds(750))
    #expect(error.advice == "Try again in 0.75 seconds.")
  }

  @Test func `errors of ours that people should look up carry the request's id`() {
    var trailers = Metadata()
    trailers.add("x-request-id", "abc")
    let error = PurSightError(RPCError(.internal, "Something broke.", trailers: trailers))
    #expect(error.description.hasSuffix("(request abc)"))
  }
}
