"""data_visualization: line, bar, area and pie charts."""

from typing import Any

from bot.sandbox.checks.shape import Found, array, both, by_type, choice, number, shape, string

NAME = 20
SERIES = 6  # newer copies of Slack's page say 12; the smaller number passes everywhere
POINTS = 20


def _unique(values: list[Any], what: str, at: str, found: Found) -> None:
    if len(set(values)) != len(values):
        found.add(f"{what} must be unique", at)


def _series_fill_categories(chart: Any, at: str, found: Found) -> None:
    categories = chart["axis_config"]["categories"]
    _unique(categories, "categories", f"{at}/axis_config/categories", found)
    _unique([series["name"] for series in chart["series"]], "series names", f"{at}/series", found)
    for index, series in enumerate(chart["series"]):
        labels = [point["label"] for point in series["data"]]
        if sorted(labels) != sorted(categories):
            found.add("data must have every category exactly once", f"{at}/series/{index}/data")


def _segments_fill_a_pie(chart: Any, at: str, found: Found) -> None:
    _unique([segment["label"] for segment in chart["segments"]], "segment labels", f"{at}/segments", found)
    for index, segment in enumerate(chart["segments"]):
        if segment["value"] <= 0:
            found.add("must be greater than 0", f"{at}/segments/{index}/value")


_point = shape({"label": string(NAME), "value": number})
_series = array(shape({"name": string(NAME), "data": array(_point, 1, POINTS)}), 1, SERIES)
_axes = shape({"categories": array(string(NAME), 1, POINTS)}, {"x_label": string(50), "y_label": string(50)})
_pie = both(
    shape({"type": choice("pie"), "segments": array(_point, 1, SERIES)}),
    _segments_fill_a_pie,
)
_plots = {
    kind: both(
        shape({"type": choice(kind), "series": _series, "axis_config": _axes}),
        _series_fill_categories,
    )
    for kind in ("line", "bar", "area")
}

data_visualization = shape(
    {"type": choice("data_visualization"), "title": string(50), "chart": by_type({**_plots, "pie": _pie})},
    {"block_id": string(255)},
)
