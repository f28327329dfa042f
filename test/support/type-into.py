"""Runs a command on a pseudo-terminal and types answers: type-into.py '[["Continue?", "y"], ...]' command args..."""
import json, os, pty, select, sys, time

script = json.loads(sys.argv[1])
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
seen, since, deadline = b"", 0, time.time() + 60
while time.time() < deadline:
    if select.select([terminal], [], [], 0.05)[0]:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            break
        if not data:
            break
        seen += data
    elif script and script[0][0].encode() in seen[since:]:
        since = len(seen)
        os.write(terminal, script.pop(0)[1].encode() + b"\r")
sys.stdout.write(seen.decode("utf8", "replace"))
sys.stdout.flush()
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status) if not script else 99)
