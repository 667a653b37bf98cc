"""Where the tests of this folder find the proxy, until they too are in their subjects' files."""

from tests.faulty_proxy import *  # noqa: F403
