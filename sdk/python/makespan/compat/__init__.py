"""The interfaces of other trackers, recording as this package does: who used one of them changes an import.

``moe``: the workflow tracker of the mixture-of-experts framework; ``kailash``: ``kailash.tracking``; ``moneyprinter``:
the workflow monitor of MoneyPrinterTurbo; ``graflow``: the lineage manager planned for Graflow. Names and arguments are
those of the originals. Each module says what it does differently, and what it leaves to the ``makespan`` program.
"""
