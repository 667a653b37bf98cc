"""The HTTP layer: httpx with the library's token, rate limit, retries, errors and logging.

The life of a request, with the class and the module of each part. The classes without a module are
in `bettune._async.http_client`, their sync twins in `bettune._sync.http_client`.

    operation -> generated function of bettune_openapi.api, with a LowLevelClient (low_level)
        |
        v
    AsyncHTTPClient.request   has the Terms of the request: retry policy, timeout, headers (terms)
        |   RequestDraft      builds the httpx.Request (request_builder)
        v
    AsyncSender.send          takes the steps of the Exchange: waits, and makes attempts
        |   Exchange.steps    decides on each step, without I/O (exchange)
        |   PendingRequest    the request in the queues of the RateLimiter (rate_limiter):
        |                     Slots (requests in flight) and Window (requests per time)
        v
    AsyncSender._attempt      makes one attempt, within an AsyncDeadline (deadline)
        |   httpx.AsyncClient adds the token (settings), and uses the transports (transports)
        |   BodyReader        decompresses the body, up to max_response_bytes (body_reader)
        v
    BufferedResponse or Failure, an exception of httpx
        |   Exchange          decides on the next step: return, redirect, retry or raise
        |   RetryBudget       the retries that the policy still allows (retries)
        |   ErrorFactory      makes the error (error_factory)
        v
    httpx.Response, with its body in memory -> generated function -> models

`settings` and `http_options` check the arguments of a client. `token` reads the API token, and
`redaction` removes it from errors and logs. `network` has the streams below the transports.
`shared_window` replaces the Window if several processes share a rate limit. `synchronization` and
`clock` have the events and the time for waits.
"""
