package import PurSightHTTP2

/// An answer to a request that is no call: an HTTP status and a sentence that says what to do.
package struct HTTPAnswer: Hashable, Sendable {
  /// The HTTP status.
  package let status: Int
  /// The methods that the path takes; for 405.
  package let allow: Methods?
  /// The content types that the path takes; for 415.
  package let acceptPost: String?
  /// The body, one line.
  package let text: String
  /// Whether the body is sent, which an answer to HEAD must not do.
  package let hasBody: Bool

  /// Which methods a path may be asked with.
  package enum Methods: String, Sendable {
    case post = "POST"
    case getAndPost = "GET, POST"
  }

  private init(
    _ status: Int, _ text: String, allow: Methods? = nil, acceptPost: String? = nil,
    isHead: Bool = false
  ) {
    self.status = status
    self.text = text + "\n"
    self.allow = allow
    self.acceptPost = acceptPost
    hasBody = !isHead
  }

  /// 404: no method has this path.
  static func unknownPath(isHead: Bool) -> HTTPAnswer {
    HTTPAnswer(404, "Nothing is served at this path.", isHead: isHead)
  }

  /// 405: the path takes calls, but not by this method.
  static func wrongMethod(_ allow: Methods, isHead: Bool) -> HTTPAnswer {
    let text =
      switch allow {
      case .post: "This path takes calls, which are POST requests."
      case .getAndPost:
        "This path takes calls, which are POST requests, or GET requests with "
          + "?encoding=json&message=…."
      }
    return HTTPAnswer(405, text, allow: allow, isHead: isHead)
  }

  /// 415: the path takes calls, but not with this content type.
  static func wrongContentType(_ acceptPost: String) -> HTTPAnswer {
    HTTPAnswer(
      415, "This path takes calls with a content-type of \(acceptPost).", acceptPost: acceptPost)
  }

  /// 431: the header list went over the limit, so what the request wants is not known.
  package static func tooManyHeaders(limit: Int) -> HTTPAnswer {
    HTTPAnswer(431, "The request's header fields are larger than \(limit) bytes.")
  }

  /// Fills `list` with the answer's head; the text follows where `hasBody` says so.
  package func fill(_ list: HeaderList) {
    list.removeAll()
    list.add(":status", String(status))
    list.add("content-type", "text/plain; charset=utf-8" as StaticString)
    list.add("content-length", String(text.utf8.count))
    if let allow { list.add("allow", allow.rawValue) }
    if let acceptPost { list.add("accept-post", acceptPost) }
  }
}
