"""As many ops as the first argument says, and one that needs them all, in one Dagster process."""

import subprocess
import sys

from dagster import DagsterInstance, In, Nothing, Out, job, op

COMMAND = ["bash", "-euo", "pipefail", "-c", "true"]


def task(name, needs):
    @op(name=name, ins={need: In(Nothing) for need in needs}, out=Out(Nothing))
    def run():
        subprocess.run(COMMAND, check=True)

    return run


@job
def many():
    begun = {}
    for number in range(int(sys.argv[1])):
        name = f"t{number}"
        begun[name] = task(name, [])()
    task("last", list(begun))(**begun)


if __name__ == "__main__":
    ended = many.execute_in_process(instance=DagsterInstance.get())
    sys.exit(0 if ended.success else 1)
