"""Groups of commands whose modules are loaded only when needed: `groundswell --help` must not wait for Django."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil

import click

import groundswell.cli


class LazyGroup(click.Group):
    """Commands that lie in modules of their own below `groundswell.cli`, each under the name `command`.

    `modules` maps a command's name to its module's and the line that lists it.
    """

    def __init__(self, *args: object, modules: dict[str, tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *self.modules]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.modules:
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module(f"groundswell.cli.{self.modules[cmd_name][0]}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [
            (name, self.modules[name][1] if name in self.modules else self.commands[name].get_short_help_str())
            for name in self.list_commands(ctx)
        ]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


def modules_of(prefix: str, descriptions: dict[str, str]) -> dict[str, tuple[str, str]]:
    """The commands of a group whose modules are named `prefix_name.py`; each room adds its own by adding a file."""
    found = sorted(
        module.name for module in pkgutil.iter_modules(groundswell.cli.__path__) if module.name.startswith(prefix + "_")
    )
    commands = {}
    for module in found:
        name = module.removeprefix(prefix + "_").replace("_", "-")
        commands[name] = (module, descriptions.get(name, ""))
    return commands
