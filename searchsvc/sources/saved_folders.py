"""Folders that browsers save beside a page, with its pictures, scripts and frames: they hold no pages of their own.

A folder is one if a page beside it has its name up to the ending that browsers and word processors write, in the
language of the user: `Tides.html` and `Tides_files`, `Tides-Dateien`, `Tides.files`.
"""

import re
from collections.abc import Collection, Iterable

from searchsvc.sources.content_codings import SUFFIXES
from searchsvc.sources.media_types import OTHER_SUFFIXES, suffix_of

#: Words for "files" that end the name of such a folder, in the languages that Windows and browsers come in.
_FILES = (
    r"archivos|arquivos|bestanden|bylos|dateien|datoteke|dosyalar|elemei|fails|failai|failid|fajlovi|fajlok|fájlok|faili"
    r"|fichiers|ficheiros|file|files|filer|fisiere|fişiere|fișiere|fitxategiak|fitxers|fjölmiðlar|fylgiskrár|pliki"
    r"|soubory|subory|súbory|skrár|tiedostot|tệp|berkas|αρχεία|файлы|файли|файлове|файлови|датотеке|קבצים|ملفات"
    r"|फ़ाइलें|ไฟล์|文件|檔案|ファイル|파일|的文件|のファイル"
)
_ENDING = re.compile(rf"(.+?)[ _.-]?({_FILES})\Z", re.DOTALL)
#: Endings that need their sign before them: `datafiles` beside `data.html` may be anybody's.
_SIGNS = frozenset(" _.-")


def page_stems(names: Iterable[str]) -> frozenset[str]:
    """Return the names, in lower case and without suffixes, of the files of a folder that may be pages."""
    stems = set()
    for name in names:
        suffix = suffix_of(name)
        if suffix in OTHER_SUFFIXES:
            continue
        stem = name.lower()
        for packing in SUFFIXES:
            stem = stem.removesuffix(packing)
        stems.add(stem.removesuffix(suffix))
    return frozenset(stems)


def is_companion(folder: str, stems: Collection[str]) -> bool:
    """Return whether a folder is that of a page beside it.

    Args:
        folder: The name of the folder.
        stems: `page_stems` of the files beside it.

    """
    match = _ENDING.fullmatch(folder.lower())
    if match is None:
        return False
    stem, sign = match[1], folder[len(match[1]) : len(match[1]) + 1]
    return stem in stems and (sign in _SIGNS or not match[2].isascii())
