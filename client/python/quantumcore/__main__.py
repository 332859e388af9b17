"""`python3 -m quantumcore [options]` starts the exchange in the foreground, with the silo's own options."""
import os
import sys

from .silo import find_silo

command = [*find_silo(), *sys.argv[1:]]
os.execvp(command[0], command)
