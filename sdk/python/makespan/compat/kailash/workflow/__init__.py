"""The part of ``kailash.workflow`` that shows runs: see :mod:`.visualization`. Workflows themselves are those of Kailash."""
