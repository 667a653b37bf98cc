"""httpx with our token, rate limit, retries, errors and logging; the only package that imports it.

The life of a request, and the names that stand for its parts:

    arguments of an operation
        |   request_builder   a request: path below the base URL, query, JSON
        v
    AsyncSender.send          one request on its Terms: retry policy, timeout, headers, bulk run
        |
        |   Exchange.steps    decides without I/O what comes next: wait, send, or end
        |      PendingRequest its place in the queues of the RateLimiter (limit, connections)
        |      Tries          the attempts that its policy still allows
        v
    AsyncSender._attempt      one attempt, within a Deadline
        |   httpx.AsyncClient -> transports (proxies, TLS) -> the server
        |   BodyReader        the body: decompressed, up to max_response_bytes
        v
    Response, or the reason for its absence
        |   Exchange          a success; a redirect; a retry, after a wait; or
        |   ErrorFactory      the error
        v
    httpx.Response that has been read -> the generated client -> models

`settings` and `http_options` check what a client is made with, `token` and `redaction` keep its
secret, and `low_level` is the generated client over all this.
"""
