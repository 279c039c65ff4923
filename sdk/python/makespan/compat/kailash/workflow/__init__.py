"""``kailash.workflow``, as far as it shows runs: see :mod:`.visualization`. Workflows themselves are those of Kailash."""
