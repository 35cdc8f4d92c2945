"""`measured.py FILE LIMIT COMMAND…` runs a command and writes to FILE what it took, as JSON; it is killed after LIMIT seconds.

A process of its own, because Linux counts the memory of whoever starts a process into that process' peak, and the benchmark holds
samples and comparisons.
"""

import json
import os
import signal
import subprocess
import sys
import time


def main():
    file, limit, command = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
    start = time.perf_counter()
    child = subprocess.Popen(command)
    signal.signal(signal.SIGALRM, lambda *_: child.kill())
    signal.setitimer(signal.ITIMER_REAL, limit)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    with open(file, "w") as written:
        json.dump({"seconds": seconds, "kilobytes": usage.ru_maxrss, "code": os.waitstatus_to_exitcode(status)}, written)


if __name__ == "__main__":
    main()
