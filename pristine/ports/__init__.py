"""The vocabulary: messages, errors and the Protocols of adapters. Imports nothing of pristine but itself."""
