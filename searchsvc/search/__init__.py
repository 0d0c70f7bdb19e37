"""Answer search requests: articles, quotes, speakers or related headlines, with snippets and marked words."""

from searchsvc.model.query import MatchMode, Spelling
from searchsvc.search.article_copies import ArticleCopies, CopyComparison, find_copies
from searchsvc.search.articles import search_articles
from searchsvc.search.collection import Collection, FilledField, Gap, Growth, PagesRead, describe_collection
from searchsvc.search.completions import Completed, Completion, CompletionKind, complete
from searchsvc.search.concordance import ConcordanceLine, ConcordanceOrder, ConcordancePage, search_concordance
from searchsvc.search.headlines import HeadlinePage, HeadlineResult, search_headlines
from searchsvc.search.keywords import Keyword, KeywordsPage, search_keywords
from searchsvc.search.linked_stories import (
    LINKED_SHOWN,
    MAX_LINKING,
    ArticleLinks,
    LinkingArticles,
    NamedStory,
    find_links,
    linking_articles,
    named_articles,
    named_stories,
)
from searchsvc.search.quote_context import Evidence, evidence_in
from searchsvc.search.quotes import (
    QuotePage,
    QuoteResult,
    exact_name,
    exactly,
    search_quotes,
)
from searchsvc.search.request import PAGE_SIZE, SearchRequest
from searchsvc.search.roles import Role, role_of
from searchsvc.search.similar import (
    MAX_SIMILAR,
    SIMILAR_SHOWN,
    SimilarArticle,
    SimilarPage,
    WeightedWord,
    find_similar,
    similar_to,
)
from searchsvc.search.speakers import (
    SpeakerKind,
    SpeakerPage,
    SpeakerRole,
    SpeakersPage,
    find_speaker,
    is_body,
    search_speakers,
)
from searchsvc.search.story import (
    MAX_STORY_DAYS,
    STORY_DAYS,
    Relation,
    Story,
    StoryArticle,
    StorySpeaker,
    find_story,
)
from searchsvc.search.synonyms import NO_SYNONYMS, Synonyms, load_synonyms, using_synonyms
from searchsvc.search.trends import MAX_COMPARED, Trend, TrendPoint, TrendsPage, search_trends
from searchsvc.search.unfound import UnfoundQueries, UnfoundQuery, unfound_queries
from searchsvc.search.versions_of_article import (
    ComparedVersions,
    VersionsPage,
    compare_versions,
    find_article,
    find_versions,
    no_article,
)
from searchsvc.search.whole_results import WholeResult, all_articles, all_headlines, all_quotes, all_speakers

__all__ = [
    "LINKED_SHOWN",
    "MAX_COMPARED",
    "MAX_LINKING",
    "MAX_SIMILAR",
    "MAX_STORY_DAYS",
    "NO_SYNONYMS",
    "PAGE_SIZE",
    "SIMILAR_SHOWN",
    "STORY_DAYS",
    "ArticleCopies",
    "ArticleLinks",
    "Collection",
    "ComparedVersions",
    "Completed",
    "Completion",
    "CompletionKind",
    "ConcordanceLine",
    "ConcordanceOrder",
    "ConcordancePage",
    "CopyComparison",
    "Evidence",
    "FilledField",
    "Gap",
    "Growth",
    "HeadlinePage",
    "HeadlineResult",
    "Keyword",
    "KeywordsPage",
    "LinkingArticles",
    "MatchMode",
    "NamedStory",
    "PagesRead",
    "QuotePage",
    "QuoteResult",
    "Relation",
    "Role",
    "SearchRequest",
    "SimilarArticle",
    "SimilarPage",
    "SpeakerKind",
    "SpeakerPage",
    "SpeakerRole",
    "SpeakersPage",
    "Spelling",
    "Story",
    "StoryArticle",
    "StorySpeaker",
    "Synonyms",
    "Trend",
    "TrendPoint",
    "TrendsPage",
    "UnfoundQueries",
    "UnfoundQuery",
    "VersionsPage",
    "WeightedWord",
    "WholeResult",
    "all_articles",
    "all_headlines",
    "all_quotes",
    "all_speakers",
    "compare_versions",
    "complete",
    "describe_collection",
    "evidence_in",
    "exact_name",
    "exactly",
    "find_article",
    "find_copies",
    "find_links",
    "find_similar",
    "find_speaker",
    "find_story",
    "find_versions",
    "is_body",
    "linking_articles",
    "load_synonyms",
    "named_articles",
    "named_stories",
    "no_article",
    "role_of",
    "search_articles",
    "search_concordance",
    "search_headlines",
    "search_keywords",
    "search_quotes",
    "search_speakers",
    "search_trends",
    "similar_to",
    "unfound_queries",
    "using_synonyms",
]
