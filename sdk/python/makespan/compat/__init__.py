"""The interfaces of other trackers, implemented with this package: programs only have to change an import.

``moe``: the workflow tracker of the mixture-of-experts framework; ``kailash``: ``kailash.tracking``; ``moneyprinter``:
the workflow monitor of MoneyPrinterTurbo; ``graflow``: the lineage manager planned for Graflow. Names and arguments are
those of the originals. Each module describes its differences, and what it leaves to the ``makespan`` program.
"""
