"""Serializers that break one promise of Serializer each."""

import json
import threading
from contextlib import suppress
from typing import Any

from pristine.adapters.json import JsonSerializer
from pristine.ports.errors import DecodeError, InvalidPayload
from pristine.ports.model import is_model, wire_names
from tests.contracts.broken_ports.register import OVER, breaks


@breaks("Serializer", 1)
class ChecksNothing(JsonSerializer):
    def encode(self, value: Any, schema: Any = None) -> bytes:
        return super().encode(value)


@breaks("Serializer", 1)
class SaysNotWhere(JsonSerializer):
    def encode(self, value: Any, schema: Any = None) -> bytes:
        try:
            return super().encode(value, schema)
        except InvalidPayload as error:
            raise InvalidPayload(error.message) from error


@breaks("Serializer", 1)
class WritesNaN(JsonSerializer):
    def encode(self, value: Any, schema: Any = None) -> bytes:
        try:
            return super().encode(value, schema)
        except InvalidPayload as error:
            if "nan" not in error.message:
                raise
            return json.dumps(value).encode()


@breaks("Serializer", 1)
class RaisesTypeErrors(JsonSerializer):
    def encode(self, value: Any, schema: Any = None) -> bytes:
        try:
            return super().encode(value, schema)
        except InvalidPayload as error:
            raise TypeError(error.message) from error


@breaks("Serializer", 1)
class RecursesTooDeep(JsonSerializer):
    def encode(self, value: Any, schema: Any = None) -> bytes:
        try:
            return super().encode(value, schema)
        except InvalidPayload as error:
            if "nested" in error.message:
                raise RecursionError from error
            raise


@breaks("Serializer", 1)
class FillsIn(JsonSerializer):
    def encode(self, value: Any, schema: Any = None) -> bytes:
        encoded = super().encode(value, schema)
        if isinstance(value, dict) and "items" in value:
            value["note"] = None
        return encoded


@breaks("Serializer", 2)
class LetsThroughTheVendors(JsonSerializer):
    def decode(self, data: bytes, schema: Any = None) -> Any:
        json.loads(data if len(data) < 50 else "{}")
        return super().decode(data, schema)


@breaks("Serializer", 2)
class ReadsNaN(JsonSerializer):
    def decode(self, data: bytes, schema: Any = None) -> Any:
        return float("nan") if data == b"NaN" else super().decode(data, schema)


@breaks("Serializer", 2)
class TakesAnyType(JsonSerializer):
    def decode(self, data: bytes, schema: Any = None) -> Any:
        try:
            return super().decode(data, schema)
        except DecodeError as error:
            if error.where:
                return super().decode(data)
            raise


@breaks("Serializer", 2)
class SaysElsewhere(JsonSerializer):
    def decode(self, data: bytes, schema: Any = None) -> Any:
        try:
            return super().decode(data, schema)
        except DecodeError as error:
            raise DecodeError(error.message, where=f"$.{error.where}") from error


@breaks("Serializer", 2)
class ReadsTooDeep(JsonSerializer):
    def decode(self, data: bytes, schema: Any = None) -> Any:
        try:
            return super().decode(data, schema)
        except DecodeError as error:
            if "nested" in error.message:
                raise RecursionError from error
            raise


@breaks("Serializer", 2, patience=0.5)
class ReadsAgainAndAgain(JsonSerializer):
    def decode(self, data: bytes, schema: Any = None) -> Any:
        if len(data) > 900_000:
            OVER.wait()
        return super().decode(data, schema)


@breaks("Serializer", 3)
class DropsTheUnknown(JsonSerializer):
    def decode(self, data: bytes, schema: Any = None) -> Any:
        value = super().decode(data)
        if is_model(schema) and isinstance(value, dict):
            known = wire_names(schema)
            with suppress(InvalidPayload):  # it is nested too deeply to be written
                data = super().encode({name: part for name, part in value.items() if name in known})
        return super().decode(data, schema)


@breaks("Serializer", 3)
class ClosesEnums(JsonSerializer):
    def decode(self, data: bytes, schema: Any = None) -> Any:
        value = super().decode(data, schema)
        if is_model(schema) and "state" in value and value["state"] not in {"new", "done", 1}:
            raise DecodeError("state: unknown", where="state")
        return value


@breaks("Serializer", 4)
class Rounds(JsonSerializer):
    def decode(self, data: bytes, schema: Any = None) -> Any:
        value = super().decode(data, schema)
        return round(value, 1) if isinstance(value, float) else value


@breaks("Serializer", 4)
class RoundsAll(JsonSerializer):
    def decode(self, data: bytes, schema: Any = None) -> Any:
        value = super().decode(data, schema)
        if schema is None and isinstance(value, list):
            return [round(part, 3) if isinstance(part, float) else part for part in value]
        return value


@breaks("Serializer", 4)
class CountsTrue(JsonSerializer):
    def decode(self, data: bytes, schema: Any = None) -> Any:
        value = super().decode(data, schema)
        return int(value) if isinstance(value, bool) else value


@breaks("Serializer", 4)
class ForgetsTheType(JsonSerializer):
    def decode(self, data: bytes, schema: Any = None) -> Any:
        value = super().decode(data, schema)
        return super().decode(data) if is_model(schema) else value


@breaks("Serializer", 5)
class HasNoMediaType(JsonSerializer):
    media_type = "json"


@breaks("Serializer", 5)
class ChangesItsMediaType(JsonSerializer):
    def __init__(self) -> None:
        self.media_type = "application/json"

    def decode(self, data: bytes, schema: Any = None) -> Any:
        self.media_type = "text/json"
        return super().decode(data, schema)


@breaks("Serializer", 6)
class StaysWhereItWasMade(JsonSerializer):
    def __init__(self) -> None:
        self.thread = threading.get_ident()

    def decode(self, data: bytes, schema: Any = None) -> Any:
        if threading.get_ident() != self.thread:
            raise RuntimeError("it was made in another thread")
        return super().decode(data, schema)


@breaks("Serializer", 6)
class BearsAGrudge(JsonSerializer):
    def __init__(self) -> None:
        self.refused = False

    def encode(self, value: Any, schema: Any = None) -> bytes:
        try:
            return super().encode(value, schema) + (b" " if self.refused else b"")
        except InvalidPayload:
            self.refused = True
            raise
