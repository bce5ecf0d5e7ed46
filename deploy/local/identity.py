"""Identity: whom PostgreSQL runs as, since it refuses root and users without a name."""

import os
import pwd
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path

from deploy.local.daemons import OURSELVES, Identity
from deploy.local.errors import CannotRun

NOBODY = 65534


def server_identity(folders: Iterable[Path]) -> Identity:
    """Somebody who is not root, has a name and reaches all of the folders.

    Root becomes ``nobody`` where every parent can be traversed, else the user whose home is in the
    way; where that is root's own, or the user has no name, the number alone changes.
    """
    if os.geteuid() != 0:
        return OURSELVES if _has_name(os.geteuid()) else _renumbered()
    closed_to = {owner for folder in folders for owner in _owners_of_closed_parents(folder)}
    match sorted(closed_to):
        case []:
            return Identity(uid=NOBODY)
        case [owner] if owner != 0 and _has_name(owner):
            return Identity(uid=owner)
        case _:
            return _renumbered()


def give(folder: Path, identity: Identity) -> None:
    """Makes an identity the owner of a folder and of all in it; only root can, or has to."""
    if os.geteuid() != 0:
        return
    owner = 0 if identity.uid is None else identity.uid
    if folder.stat().st_uid == owner:
        return
    for place, _, files in os.walk(folder):
        os.lchown(place, owner, owner)
        for file in files:
            os.lchown(Path(place, file), owner, owner)


def _renumbered() -> Identity:
    unshare = shutil.which("unshare")
    if unshare is None:
        raise CannotRun(
            f"PostgreSQL cannot run as user {os.geteuid()}: there is no 'unshare' to help; "
            "run this as an ordinary user, or set DATABASE_URL"
        )
    return Identity(prefix=(unshare, "-U", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--"))


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _owners_of_closed_parents(folder: Path) -> set[int]:
    facts = [parent.stat() for parent in (folder, *folder.parents)]
    return {fact.st_uid for fact in facts if not fact.st_mode & stat.S_IXOTH}
