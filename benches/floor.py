def measure(on, options, directory, rows):
    return []
