"""`whence tools [NAME]`: list the tools, or describe one."""

from __future__ import annotations

import argparse
import json
import sys

from ...tools.registry import all_tools, get_tool, list_tools


def options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", nargs="?", help="describe this tool: arguments, assumptions, example, reference")
    parser.add_argument("--json", action="store_true", help="print names and schemas as JSON")


def main(args: argparse.Namespace) -> int:
    """Print one tool or all."""
    write = sys.stdout.write
    if args.json:
        tools = {args.name: get_tool(args.name)} if args.name else all_tools()
        shown = {n: {"description": t.description, "parameters": t.args.model_json_schema()} for n, t in tools.items()}
        write(json.dumps(shown, indent=2) + "\n")
        return 0
    if not args.name:
        stage = ""
        for name, description in list_tools().items():
            if name.split("_")[0] != stage:
                stage = name.split("_")[0]
                write(f"\n{stage}\n")
            write(f"  {name:<28} {description}\n")
        write("\n`whence tools NAME` describes one.\n")
        return 0
    tool = get_tool(args.name)
    write(f"{tool.name}: {tool.description}\n\narguments\n")
    for name, field in tool.args.model_fields.items():
        default = "required" if field.is_required() else f"default {field.default!r}"
        write(f"  {name} ({default})\n      {' '.join((field.description or '').split())}\n")
    write(f"\nassumes     {'; '.join(tool.assumes) or 'nothing about causes'}\nreturns     {tool.returns.__name__}\n")
    write(f"reference   {tool.reference}\nexample     {tool.example.model_dump_json(exclude_defaults=True)}\n")
    return 0
