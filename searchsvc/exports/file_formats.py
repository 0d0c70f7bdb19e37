"""Records → the bytes of a file, slice by slice: CSV, a JSON object a line, RIS and BibTeX for citations."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from searchsvc.errors import UsageError
from searchsvc.exports.citations import bibtex, citation_of, ris
from searchsvc.exports.columns import Around, Cell, Column, RecordKind
from searchsvc.json_output import to_json

#: Signs at the begin of a cell that spreadsheets take for a formula, those of full width among them.
FORMULA_SIGNS = tuple("=+-@\t\r\n＝＋－＠")
#: What keeps a cell from being a formula; spreadsheets take the rest as text.
AS_TEXT = "'"
#: What stands between several values of a cell.
BETWEEN = "; "
#: Tells spreadsheets that the file is UTF-8.
BYTE_ORDER_MARK = "\ufeff"


def chosen_columns(kind: RecordKind[Any], names: str) -> tuple[Column[Any], ...]:
    """Return the columns with these names, with commas between them, in their order; of an empty text the usual ones.

    Raises:
        UsageError: There is no such column.

    """
    known = {column.name: column for column in kind.columns}
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise UsageError(f"{unknown[0][:60]!r} is no column of {kind.nouns}; there are {', '.join(known)}")
    if not wanted:
        return tuple(column for column in kind.columns if column.usual)
    return tuple(known[name] for name in dict.fromkeys(wanted))


def safe_cell(value: Cell) -> str | int | float:
    """Return what stands in a cell of CSV; a text that a spreadsheet would take for a formula begins with `'`.

    >>> [safe_cell(one) for one in ("=1+1", ("Ana Ruiz", "Bo Holt"), 0.5, None, "-", " =A1")]
    ["'=1+1", 'Ana Ruiz; Bo Holt', 0.5, '', "'-", "' =A1"]
    """
    if value is None:
        return ""
    if isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else BETWEEN.join(value)
    return f"{AS_TEXT}{text}" if text.lstrip(" \u00a0").startswith(FORMULA_SIGNS) else text


#: Writes a slice of records; a file begins with what it writes of None.
WriteSlice = Callable[[RecordKind[Any], Sequence[Column[Any]], Sequence[Any] | None, Around], bytes]


def csv_of(columns: Sequence[Column[Any]], records: Sequence[Any], around: Around) -> bytes:
    """Return a whole file of CSV."""
    return b"".join(_csv(None, columns, part, around) for part in (None, records))


def _csv(
    _kind: RecordKind[Any] | None, columns: Sequence[Column[Any]], hits: Sequence[Any] | None, around: Around
) -> bytes:
    out = io.StringIO()
    if hits is None:
        out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out, lineterminator="\r\n")
    if hits is None:
        writer.writerow([column.name for column in columns])
    for hit in hits or ():
        writer.writerow([safe_cell(column.value(hit, around)) for column in columns])
    return out.getvalue().encode()


def _jsonl(
    _kind: RecordKind[Any] | None, columns: Sequence[Column[Any]], hits: Sequence[Any] | None, around: Around
) -> bytes:
    rows = ({column.name: column.value(hit, around) for column in columns} for hit in hits or ())
    return b"".join(to_json(row) + b"\n" for row in rows)


def jsonl_of(columns: Sequence[Column[Any]], records: Sequence[Any], around: Around) -> bytes:
    """Return a whole file of JSON objects, a line each."""
    return _jsonl(None, columns, records, around)


def _ris(kind: RecordKind[Any], _columns: Sequence[Column[Any]], hits: Sequence[Any] | None, around: Around) -> bytes:
    cited = (kind.cited(hit) for hit in hits or () if kind.cited)
    return "".join(ris(citation_of(head, around.base), note) for head, note, _ in cited).encode()


def _bibtex(
    kind: RecordKind[Any], _columns: Sequence[Column[Any]], hits: Sequence[Any] | None, around: Around
) -> bytes:
    cited = (kind.cited(hit) for hit in hits or () if kind.cited)
    return "".join(f"{bibtex(citation_of(head, around.base), *more)}\n" for head, *more in cited).encode()


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format of files."""

    title: str
    media_type: str
    write: WriteSlice
    #: Whether records are written as citations: of what has none, there is no such file.
    cites: bool = False


#: Suffix → format.
FILE_FORMATS: Mapping[str, FileFormat] = {
    "csv": FileFormat("CSV", "text/csv; charset=utf-8; header=present", _csv),
    "jsonl": FileFormat("JSONL", "application/jsonl; charset=utf-8", _jsonl),
    "ris": FileFormat("RIS", "application/x-research-info-systems; charset=utf-8", _ris, cites=True),
    "bib": FileFormat("BibTeX", "application/x-bibtex; charset=utf-8", _bibtex, cites=True),
}


def written(
    output: FileFormat,
    kind: RecordKind[Any],
    columns: Sequence[Column[Any]],
    slices: Iterator[Sequence[Any]],
    around: Around,
) -> Iterator[bytes]:
    """Yield the pieces of a file; what the slices raise goes on to the caller."""
    yield output.write(kind, columns, None, around)
    for hits in slices:
        yield output.write(kind, columns, hits, around)
