"""For authors of adapters and of SDKs: contract suites, a server that misbehaves, fakes, fixtures. Needs pytest."""
