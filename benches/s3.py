def add_arguments(parser):
    pass
def nightly(options, tables, directory): return []
