"""What the adapters on httpx and httpx2 share: connections, a pool, both faces. Neither library is imported here."""
