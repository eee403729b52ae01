"""Runs the cases of a folder with the settings of `overlay.toml` written into them:

    run.py offline|live VPGATE FOLDER [CASE ...]

A case that differs must be listed in `expected_to_differ`, and one that is listed must differ: the list can
only get shorter. Nothing in the folder is changed. Ends with 1 when something is not as it should be.
"""

import fcntl
import glob
import importlib.util
import inspect
import json
import os
import re
import signal
import sys
import tempfile
import tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
# Seconds for one case; most take one or two.
LONGEST = 120


def overlay():
    """The replacements by case, and the cases that are known to differ."""
    with open(os.path.join(HERE, "overlay.toml"), "rb") as file:
        read = tomllib.load(file)
    replacements = {}
    for one in read.get("replace", []):
        replacements.setdefault(one["case"], []).append((one["old"], one["new"]))
    return replacements, set(read["expected_to_differ"])


def rewritten(text, replacements):
    """`text` with every replacement made; each must match exactly once."""
    for old, new in replacements:
        found = text.count(old)
        if found != 1:
            raise ValueError(f"the overlay wants to replace {old!r}, which stands there {found} times")
        text = text.replace(old, new)
    return text


def module(path, name):
    """A Python file by its path; what stands beside it can be imported by it."""
    sys.path.insert(0, os.path.dirname(path))
    spec = importlib.util.spec_from_file_location(name, path)
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


def offline(binary, folder, replacements):
    """Case by case: its name, and a function that tells whether it is as expected, and what came."""
    judge = module(os.path.join(folder, "run.py"), "offline_cases")

    def told(path, changes):
        with open(path, encoding="utf-8") as file:
            case = json.load(file)
        case["trust"] = rewritten(case["trust"], changes)
        verdict, why = judge.run(binary, case)
        wanted = case["expected"].split(" (")[0]
        good = verdict == wanted and case.get("must_say", "").lower() in why.lower()
        return good, f"expected {case['expected']}; came {verdict}: {why}"

    for path in sorted(glob.glob(os.path.join(folder, "offline", "*.json"))):
        name = os.path.basename(path).removesuffix(".json")
        yield name, lambda path=path, name=name: told(path, replacements.get(name, []))


def live(binary, folder, replacements):
    """As `offline`, against a service that each case starts. One run at a time: the ports are fixed."""
    lock = open(os.path.join(tempfile.gettempdir(), "vpgate-cases.lock"), "a", encoding="utf-8")
    fcntl.flock(lock, fcntl.LOCK_EX)
    sys.argv = [sys.argv[0], binary]  # Where the cases look for it.
    cases = module(os.path.join(folder, "live", "cases.py"), "cases")

    def told(name):
        written = rewritten(inspect.getsource(getattr(cases, name)), replacements.get(name, []))
        exec(compile(written, name, "exec"), cases.__dict__)
        expected, came, good = getattr(cases, name)()
        return bool(good), f"expected {expected}; came {str(came)[:300]}"

    for name in [name for name in vars(cases) if re.match(r"f\d+_", name)]:
        yield name, lambda name=name: told(name)
    lock.close()


def late(*_):
    raise TimeoutError(f"not done after {LONGEST} s")


def main():
    kind, binary, folder, *chosen = sys.argv[1:]
    replacements, known = overlay()
    signal.signal(signal.SIGALRM, late)
    wrong, differ, seen = [], 0, set()
    for name, tell in {"offline": offline, "live": live}[kind](os.path.abspath(binary), folder, replacements):
        seen.add(name)
        if chosen and name not in chosen:
            continue
        signal.alarm(LONGEST)
        try:
            good, text = tell()
        except Exception as fault:  # A case that cannot be told differs.
            good, text = False, f"{type(fault).__name__}: {str(fault)[:300]}"
        finally:
            signal.alarm(0)
        differ += not good
        if good and name in known:
            wrong.append(f"{name} is as expected: take it off the list expected_to_differ")
        if not good and name not in known:
            wrong.append(f"{name} differs: {text}")
        print(f"{'ok  ' if good else 'DIFF'} {name}: {text}", flush=True)
    wrong += [f"{name}: no such case" for name in unknown(kind, seen, known | set(replacements) | set(chosen))]
    print(f"{kind}: {differ} differ, {len(wrong)} not as they should be", *wrong, sep="\n  ")
    sys.exit(1 if wrong else 0)


def unknown(kind, seen, named):
    """What is named and is not there. Live cases are named like `f19_contains`, offline ones like `21a-phone`."""
    mine = {name for name in named if (re.match(r"f\d+_", name) is not None) == (kind == "live")}
    return sorted(mine - seen)


if __name__ == "__main__":
    main()
