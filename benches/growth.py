def add_arguments(parser):
    pass
def history(options, tables, directory): return []
months = scale = memory = huge = history
