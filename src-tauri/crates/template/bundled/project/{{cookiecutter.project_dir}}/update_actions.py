#!/usr/bin/env python3
"""Writes the newest versions of actions from GitHub into the flow files.

A flow calls such an action with a line like `action: gh:owner/repository@v1.2.3`. The tags of each
repository are read with `git ls-remote`; the highest version of the same shape is taken.

    python3 update_actions.py            change the files
    python3 update_actions.py --check    only tell; the exit code is 1 when something is out of date
"""

import argparse
import pathlib
import re
import subprocess
import sys

CALL = re.compile(r"(?P<head>\b(?:gh|github):(?P<repository>[\w.-]+/[\w.-]+)@)(?P<version>[\w.+-]+)")
VERSION = re.compile(r"^v?\d+(?:\.\d+)*$")


def number(version):
    """A version as numbers that can be compared."""
    return tuple(int(part) for part in version.lstrip("v").split("."))


def newest(repository, used):
    """The highest tag of a repository, or the version in use if nothing is higher."""
    if not VERSION.match(used):
        return used
    address = f"https://github.com/{repository}.git"
    listed = subprocess.run(
        ["git", "ls-remote", "--tags", "--refs", address],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    tags = [line.rsplit("refs/tags/", 1)[-1] for line in listed.stdout.splitlines()]
    same_shape = [tag for tag in tags if VERSION.match(tag) and tag[:1] == used[:1]]
    return max([*same_shape, used], key=number)


def flow_files(root):
    """All flow files of the project."""
    found = []
    for folder in (".neuro", ".apolo"):
        for ending in ("yml", "yaml"):
            found.extend((root / folder).rglob(f"*.{ending}"))
    return sorted(found)


def updated(text, known, failed):
    """The text with newer versions, and what changed."""
    changes = []

    def replace(call):
        repository, used = call["repository"], call["version"]
        if (repository, used) not in known:
            try:
                known[repository, used] = newest(repository, used)
            except (OSError, subprocess.SubprocessError) as error:
                failed.append(f"{repository}: {error}")
                known[repository, used] = used
        version = known[repository, used]
        if version != used:
            changes.append(f"{repository}: {used} -> {version}")
        return call["head"] + version

    return CALL.sub(replace, text), changes


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only tell what is out of date")
    check = parser.parse_args().check
    root = pathlib.Path(__file__).resolve().parent
    known, failed, behind = {}, [], 0
    for path in flow_files(root):
        text = path.read_text(encoding="utf-8")
        new, changes = updated(text, known, failed)
        behind += len(changes)
        for change in changes:
            print(f"{path.relative_to(root)}: {change}")
        if changes and not check:
            path.write_text(new, encoding="utf-8")
    for problem in failed:
        print(f"could not be looked up: {problem}", file=sys.stderr)
    if not behind and not failed:
        print("All actions are up to date.")
    return 1 if failed or (check and behind) else 0


if __name__ == "__main__":
    sys.exit(main())
