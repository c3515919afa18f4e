"""Reads a batch with the official tool, makes its graph, checks it and evaluates every task.

    check_peer.py CONFIG_FOLDER

The tool has no command that does this alone: the same calls as in its `bake` are made, with the
answers of the platform put in their place.
"""

import asyncio
import sys
from types import SimpleNamespace

from apolo_flow import ast, batch_runner, config_loader, context
from apolo_flow.types import GitInfo, LocalPath, TaskStatus
from apolo_sdk import _parser


class Config:
    username = "user"
    cluster_name = "cluster"
    org_name = "org"
    project_name = "project"
    project_name_or_raise = "project"
    presets = {}
    clusters = {}


async def check(folder):
    config = Config()
    client = SimpleNamespace(config=config, parse=_parser.Parser._create(config))
    config_dir = LocalPath(folder)
    place = config_loader.ConfigDir(workspace=config_dir.parent, config_dir=config_dir)
    loader = config_loader.BatchLocalCL(place, client)
    try:
        flow = await context.RunningBatchFlow.create(loader, "chain", "bake-id")
        await batch_runner.check_no_cycles(flow)
        await batch_runner.check_local_deps(flow)
        await batch_runner.check_expressions(flow)
        await batch_runner.check_image_refs_unique(flow)
        count = 0
        for name, levels in flow.graph.items():
            needs = {
                need: context.DepCtx(TaskStatus.SUCCEEDED, {"path": "x"})
                for need, level in levels.items()
                if level == ast.NeedsLevel.COMPLETED
            }
            await flow.get_task((), name, needs, {})
            count += 1
        print(count)
    finally:
        await loader.close()


asyncio.run(check(sys.argv[1]))
