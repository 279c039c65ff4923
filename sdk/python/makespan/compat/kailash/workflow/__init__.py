"""The parts of ``kailash.workflow`` that show and record runs: :mod:`.visualization`, :mod:`.runner`. Workflows themselves are those of Kailash."""
