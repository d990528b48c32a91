"""Which files a query is about."""

from quintet.workspace.index import Index


def search(index: Index, query: str, limit: int = 20) -> tuple[tuple[str, float], ...]:
    """The files that speak of the query, best first, with their scores; ties in the order of paths."""
    return index.search(query, limit)
