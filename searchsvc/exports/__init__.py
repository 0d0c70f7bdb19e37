"""Take results along: whole searches as files, and citations of articles."""

from searchsvc.exports.analysis_columns import CONCORDANCE_COLUMNS, KEYWORD_COLUMNS, TREND_COLUMNS, trend_rows
from searchsvc.exports.citations import CITATION_FILES, Citation, citation_of, text_citations
from searchsvc.exports.columns import HEADLINE_COLUMNS, RECORD_KINDS, STORY_COLUMNS, Column, RecordKind
from searchsvc.exports.file_formats import FILE_FORMATS, FileFormat, chosen_columns, csv_of, jsonl_of, written

__all__ = [
    "CITATION_FILES",
    "CONCORDANCE_COLUMNS",
    "FILE_FORMATS",
    "HEADLINE_COLUMNS",
    "KEYWORD_COLUMNS",
    "RECORD_KINDS",
    "STORY_COLUMNS",
    "TREND_COLUMNS",
    "Citation",
    "Column",
    "FileFormat",
    "RecordKind",
    "chosen_columns",
    "citation_of",
    "csv_of",
    "jsonl_of",
    "text_citations",
    "trend_rows",
    "written",
]
