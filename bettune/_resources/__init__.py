"""The operations: arguments in, the generated client's call, models out."""
