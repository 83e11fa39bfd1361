"""API reference: a page per room of the package, with what the room offers: `__all__`, or else what it imports."""

from importlib import import_module

from gazekit.models import model_class, models

# A name that several rooms offer is explained in the first of them.
ROOMS = {
    "gazekit.interchange": "Readers and writers",
    "gazekit.datasets": "Data sets by name",
    "gazekit.datasets.synthetic.search_arrays": "Search displays, made from a declaration",
    "gazekit.datasets.synthetic.search_designs": "Search displays of a design in TOML",
    "gazekit.datasets.synthetic.shelves": "Made-up shelves and the agents that search them",
    "gazekit.models": "The contract of models, and the models",
    "gazekit.models.networks": "Networks, whole or to look inside",
    "gazekit.metrics": "Measures of pairs of scanpaths",
    "gazekit.metrics.behaviour": "Measures of sets of scanpaths",
    "gazekit.metrics.density": "Measures of densities at people's fixations",
    "gazekit.protocols": "Protocols of the field",
    "gazekit.experiments.asymmetry": "The search-asymmetry experiment",
    "gazekit.experiments.search": "Search experiments of one's own",
    "gazekit.experiments.captions": "The caption experiment",
    "gazekit.experiments.shelf_search": "The evaluation of object search",
    "gazekit.plots": "Figures on an Axes",
    "gazekit.report": "The report",
    "gazekit.testing": "For authors of models",
    "gazekit": "The names that most work needs",
}
UNITS = "Everything is (x, y) in px of the shown image, origin top left, and ms."


def api_pages() -> dict[str, str]:
    """Page by name."""
    index = ["# Python", "", f"Written from the docstrings. {UNITS}", ""]
    pages: dict[str, str] = {}
    explained: dict[str, str] = {}
    for room, title in ROOMS.items():
        module = import_module(room)
        lines, elsewhere = [], []
        named = {name: getattr(module, name) for name in getattr(module, "__all__", sorted(vars(module)))}
        if room == "gazekit.models":
            named |= {name: model_class(name) for name in models}
        for name, thing in named.items():
            if name.startswith("_") or not str(getattr(thing, "__module__", "")).startswith("gazekit."):
                continue  # the version, or another package's model
            if not hasattr(thing, "__qualname__"):
                continue  # a room of its own, or a registry
            place = f"{thing.__module__}.{thing.__qualname__}"
            if place in explained:
                elsewhere.append(f"[`{name}`]({explained[place]}.md)")
            else:
                explained[place] = room
                lines += [f"::: {place}", ""]
        also = ["Also here: " + ", ".join(elsewhere) + ".", ""] if elsewhere else []
        pages[f"reference/python/{room}.md"] = "\n".join([f"# {room}", "", f"{title}.", "", *also, *lines])
        index.append(f"- [`{room}`]({room}.md): {title}")
    pages["reference/python/index.md"] = "\n".join(index)
    return pages
