"""The faults of a manifest that cannot be used."""

from typing import Any

import pytest

from pristine.manifest.load import load_manifest
from pristine.manifest.reading import ManifestFault
from pristine.ports.errors import ManifestError
from tests.support.offline import manifest


def faults(source: Any) -> list[ManifestFault]:
    with pytest.raises(ManifestError) as caught:
        load_manifest(source)
    assert all(str(fault) in str(caught.value) for fault in caught.value.faults)
    return list(caught.value.faults)


def fault(source: Any) -> ManifestFault:
    found = faults(source)
    assert len(found) == 1, found
    return found[0]


def endpoint_fault(**endpoint: Any) -> ManifestFault:
    return fault(manifest(endpoint))
