"""DuckDB's best formulation: the twins' script with the statements of `best/*.sql` in the place of theirs."""

import peers


def program(catalogue, options):
    def script(sample, months, directory):
        return peers.twin_script(sample, months, directory, options) + "\n" + peers.copies(catalogue, directory)

    return peers.DuckDb("best", script, options)
