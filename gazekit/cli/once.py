"""Options that are given twice are refused: the first value would be left out without a word."""

from typing import Any

from typer.core import TyperCommand

from gazekit.foundations.errors import GazekitError


class OnceCommand(TyperCommand):
    """A command whose options that take one value are given once at most."""

    def make_parser(self, ctx: Any) -> Any:
        """The parser of arguments, which looks at what was given."""
        parser: Any = super().make_parser(ctx)
        parse = parser.parse_args

        def once(args: list[str]) -> Any:
            order: list[Any]
            values, rest, order = parse(args)
            if not ctx.resilient_parsing:  # a shell that completes has not finished
                _refuse_twice([p for p in order if p.param_type_name == "option" and not (p.multiple or p.is_flag)])
            return values, rest, order

        parser.parse_args = once
        return parser


def _refuse_twice(given: list[Any]) -> None:
    for option in given:
        if (times := given.count(option)) > 1:
            name = max(option.opts, key=len)
            raise GazekitError(f"{name} was given {times} times, and takes one value")
