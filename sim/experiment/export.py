"""Tables of a results folder in the formats of other programs, with the labels of its codebook."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from importlib import import_module
from math import inf, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.canonical import read_manifest, read_whole
from sim.experiment.folders import ResultsError

if TYPE_CHECKING:
    import pandas as pd

#: Longest name and label that Stata takes.
LONGEST, LONGEST_LABEL = 32, 80
#: The package that writes a format, and the extra it comes with; none if it is always there.
NEEDS = {"parquet": ("pyarrow", "parquet"), "xlsx": ("openpyxl", "excel")}
#: Words that Stata keeps for itself.
_RESERVED = frozenset({
    "_all", "_b", "byte", "_coef", "_cons", "double", "float", "if", "in", "int", "long", "_n", "_pi",
    "_pred", "_rc", "_skip", "str", "strL", "using", "with",
})  # fmt: skip


class ExportError(Exception):
    """An export that cannot be made as asked; one sentence for the user."""


@dataclass(frozen=True)
class Table:
    """One table of a results folder and what its columns mean."""

    name: str
    frame: pd.DataFrame
    #: Column to label, with its unit.
    labels: dict[str, str]
    codebook: list[dict[str, str]]
    made: datetime


@dataclass(frozen=True)
class Exported:
    """What an export had to write otherwise than it stands in the folder."""

    #: Column to its new name.
    renamed: dict[str, str]
    #: Column to the number of its infinite values, which are missing in the file.
    infinite: dict[str, int]


#: Formats that know an infinite number.
KNOW_INFINITY = ("parquet",)


def read_table(folder: Path, name: str = "runs") -> Table:
    """Return the table *name* (a CSV file without its ending) of a results folder, checked.

    Raises:
        ExportError: there is no such table.
        ResultsError: the folder is no results folder, or the table is damaged.
    """
    manifest = read_manifest(folder)
    tables = [file.removesuffix(".csv") for file in manifest["files"] if re.fullmatch(r"[a-z_]+\.csv", file)]
    if name not in tables:
        raise ExportError(f"{folder} has no table {name!r}; it has {', '.join(tables)}")
    file, has_codebook = f"{name}.csv", "codebook.csv" in manifest["files"]
    _, contents = read_whole(folder, (file, *(("codebook.csv",) if has_codebook else ())))
    codebook = list(csv.DictReader(io.StringIO(contents.get("codebook.csv", b"").decode())))
    mine = [entry for entry in codebook if file in entry["file"].split()]
    labels = {entry["column"]: _label(entry) for entry in mine}
    made = datetime.fromisoformat(str(manifest.get("finished") or "2000-01-01T00:00:00+00:00"))
    return Table(name, _frame(contents[file]), labels, mine, made.replace(tzinfo=None))


def _label(entry: Mapping[str, str]) -> str:
    unit = entry.get("unit", "")
    return f"{entry['label']} ({unit})" if unit else entry["label"]


def _frame(content: bytes) -> pd.DataFrame:
    """Return a table as a data frame: whole numbers, numbers with nan for what is missing, or text."""
    import pandas as pd

    head, *rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
    cells = zip(*rows, strict=True) if rows else ((),) * len(head)
    return pd.DataFrame({name: _column(list(column)) for name, column in zip(head, cells, strict=True)})


def _column(texts: list[str]) -> list[Any]:
    # Number by number, since a fast reader of tables may miss the last digit.
    try:
        numbers = [float(text) if text else nan for text in texts]
    except ValueError:
        return texts
    whole = all(text.lstrip("-").isdigit() for text in texts) and max(map(abs, numbers), default=0) < 2**53
    return [int(number) for number in numbers] if whole else numbers


def export(table: Table, target: Path) -> Exported:
    """Write *table* to the file *target* in the format that its name ends in; it appears whole or not at all.

    Returns what had to be written otherwise: names that the format does not take, and infinite numbers (such
    as the variance reduction where every pair differs by the same) where it knows none.

    Raises:
        ExportError: the format is unknown, or the package that writes it is not installed.
        ResultsError: the file cannot be written.
    """
    kind = target.suffix.removeprefix(".").lower()
    if kind not in WRITERS:
        raise ExportError(f"{target.name!r} names no known format; end it in .{', .'.join(WRITERS)}")
    _require(kind)
    infinite = {} if kind in KNOW_INFINITY else _infinite(table)
    if infinite:
        table = replace(table, frame=table.frame.replace([inf, -inf], nan))
    part = target.with_name(f".{target.name}.part-{os.getpid()}.{kind}")
    try:
        renamed = WRITERS[kind](table, part)
        with open(part, "rb+") as file:
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        raise ResultsError(f"cannot write {target}: {(error.strerror or str(error)).lower()}") from error
    finally:
        part.unlink(missing_ok=True)
    return Exported(renamed, infinite)


def _infinite(table: Table) -> dict[str, int]:
    numbers = table.frame.select_dtypes(include="float")
    found = ((str(name), int(numbers[name].abs().eq(inf).sum())) for name in numbers.columns)
    return {name: count for name, count in found if count}


def _require(kind: str) -> None:
    from importlib.util import find_spec

    package, extra = NEEDS.get(kind, ("", ""))
    if package and find_spec(package) is None:
        raise ExportError(
            f".{kind} needs the package {package}, which is not here; pip install 'csto-sim[{extra}]'"
        )


def _write_json(table: Table, path: Path) -> dict[str, str]:
    rows = table.frame.astype(object).where(table.frame.notna(), None).to_dict("records")
    content = {"table": table.name, "codebook": table.codebook, "rows": rows}
    path.write_text(
        json.dumps(content, ensure_ascii=False, indent=1, default=_plain) + "\n", encoding="utf-8"
    )
    return {}


def _plain(value: Any) -> Any:
    return value.item()  # a number of NumPy's


def _write_parquet(table: Table, path: Path) -> dict[str, str]:
    pa, pq = import_module("pyarrow"), import_module("pyarrow.parquet")

    found = pa.Table.from_pandas(table.frame, preserve_index=False)
    told = [
        field.with_metadata({"label": table.labels[field.name]}) if field.name in table.labels else field
        for field in found.schema
    ]
    pq.write_table(found.cast(pa.schema(told, metadata=found.schema.metadata)), path)
    return {}


def _write_excel(table: Table, path: Path) -> dict[str, str]:
    import pandas as pd

    with pd.ExcelWriter(path, engine="openpyxl") as book:
        table.frame.to_excel(book, sheet_name=table.name[:31], index=False, freeze_panes=(1, 1))
        if table.codebook:
            pd.DataFrame(table.codebook).to_excel(
                book, sheet_name="codebook", index=False, freeze_panes=(1, 1)
            )
        book.book.properties.created = book.book.properties.modified = table.made
    return {}


def _write_stata(table: Table, path: Path) -> dict[str, str]:
    names = stata_names([str(column) for column in table.frame.columns])
    labels = {
        names[column]: label[:LONGEST_LABEL] for column, label in table.labels.items() if column in names
    }
    frame = table.frame.rename(columns=names)
    frame = frame.astype({c: "float64" for c in frame.columns if frame[c].dtype == bool})
    for column in frame.columns[frame.isna().all()]:
        frame[column] = frame[column].astype("float64")
    texts = frame.select_dtypes(exclude="number").columns
    frame[texts] = frame[texts].astype(object).where(frame[texts].notna(), "")
    frame.to_stata(path, write_index=False, variable_labels=labels, version=118, time_stamp=table.made)
    return {old: new for old, new in names.items() if old != new}


Writer = Callable[[Table, Path], dict[str, str]]
WRITERS: dict[str, Writer] = {
    "dta": _write_stata, "xlsx": _write_excel, "parquet": _write_parquet, "json": _write_json,
}  # fmt: skip


def stata_names(columns: list[str]) -> dict[str, str]:
    """Return a name that Stata takes for each column: letters, digits and _, at most 32, none twice.

    The same columns always get the same names; a name cut short, or one that would meet another, ends in
    four digits made of the whole of it.
    """
    plain = {column: _spelt(column) for column in columns}
    found: dict[str, str] = {}
    for column, name in plain.items():
        others = [other for other in columns if other != column]
        meets = any(plain[other].lower() == name.lower() for other in others) and name != column
        if len(name) > LONGEST or meets:
            mark = blake2b(column.encode(), digest_size=2).hexdigest()
            name = f"{name[: LONGEST - 5]}_{mark}"
        found[column] = name
    return found


def _spelt(column: str) -> str:
    name = re.sub(r"[^A-Za-z0-9_]", "_", column)
    return f"_{name}" if name[:1].isdigit() or name in _RESERVED or not name else name
