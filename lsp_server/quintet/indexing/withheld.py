"""The mark of the deny list that a store was last written by, so that nobody reads what theirs denies.

A folder has one store, and the editor and the command line may deny different files in it. Knows no process.
"""

import msgspec

from quintet.workspace.deny import Deny
from quintet.workspace.store import Store

_KEY = "deny"


class OtherListError(Exception):
    """Somebody else writes the store by another deny list: what is known of it does not hold any more."""


def agrees(store: Store, deny: Deny) -> bool:
    """Whether a store holds nothing that is denied: it was last written by the same list."""
    return (store.meta(_KEY) or "") == _mark(deny)


def withhold(store: Store, deny: Deny) -> None:
    """Take what is denied out of a store that was written by another list, and mark it as ours."""
    if agrees(store, deny):
        return
    gone = [path for path in store.known() if deny.denied(path)]
    if gone:
        store.set_meta(weighed="")
        store.remove(gone)
    store.set_meta(**{_KEY: _mark(deny)})


def still_ours(store: Store, deny: Deny) -> None:
    """Mark a store again that we have cleared. Raises OtherListError where it is another's by now."""
    if store.meta(_KEY) is None:
        withhold(store, deny)
    elif not agrees(store, deny):
        raise OtherListError


def _mark(deny: Deny) -> str:
    return msgspec.json.encode(deny.patterns).decode() if deny.patterns else ""
