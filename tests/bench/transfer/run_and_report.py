"""Runs a program to its end and prints the CPU-seconds and the megabytes of memory that it took. For measure.py."""

import resource
import subprocess
import sys

subprocess.run(sys.argv[1:], check=True)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000)
