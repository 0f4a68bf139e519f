"""manage.py MODULE SETTINGS COMMAND ARG... [-- COMMAND ARG...]

Runs several commands of keystone-manage or nova-manage (MODULE's main), importing it once: the import takes
longer than most of the commands.
"""
import importlib
import os
import sys


def commands(words):
    while words:
        end = words.index("--") if "--" in words else len(words)
        yield words[:end]
        words = words[end + 1 :]


module = importlib.import_module(sys.argv[1])
for command in commands(sys.argv[3:]):
    print("+", *command, flush=True)
    child = os.fork()  # each command sets up global settings and may exit
    if child == 0:
        sys.argv = ["manage", "--config-file", sys.argv[2], *command]
        code = module.main()
        sys.stdout.flush()
        os._exit(code or 0)
    if os.waitpid(child, 0)[1] != 0:
        raise SystemExit(1)
