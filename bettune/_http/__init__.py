"""The HTTP layer: httpx with the library's token, rate limit, retries, errors and logging.

The life of a request, and the names that stand for its parts:

    arguments of an operation
        |   request_builder   a request: path below the base URL, query, JSON
        v
    AsyncSender.send          sends one request by its Terms: retry policy, timeout, headers, group
        |
        |   Exchange.steps    decides the next step, without I/O: wait, send, return or raise
        |      PendingRequest the request's place in the two queues of the RateLimiter:
        |                     Slots (requests in flight) and Window (requests per time)
        |      RetryBudget    the retries that the policy still allows
        v
    AsyncSender._attempt      makes one attempt, within an AsyncDeadline
        |   httpx.AsyncClient -> transports (proxies, TLS) -> the server
        |   BodyReader        decompresses the body, up to max_response_bytes
        v
    BufferedResponse or Failure
        |   Exchange          decides: success, redirect, retry after a wait, or error
        |   ErrorFactory      makes the error
        v
    httpx.Response, with its body in memory -> the generated client -> models

The sync client has the same parts: `Sender`, `Deadline`, `httpx.Client`.
`settings` and `http_options` check the arguments of a client. `token` reads the API token, and
`redaction` removes it from errors and logs. `low_level` is the generated client, which sends its
requests in the same way.
"""
