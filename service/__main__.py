"""`python -m service key | link`: prints an API key or a one-time sign-in link for a user."""

import argparse
import asyncio

from service.domain.users import Role
from service.errors import MeanwhileError
from service.runtime import open_runtime
from service.settings import Settings


def main() -> None:
    """Reads the command line and prints one secret on stdout."""
    parser = argparse.ArgumentParser(prog="python -m service", description=__doc__)
    parser.add_argument("what", choices=("key", "link"))
    parser.add_argument("--user", help="whose; the first admin's, if nobody is named")
    parser.add_argument("--role", choices=list(Role), help="create the user with this role")
    told = parser.parse_args()
    try:
        print(asyncio.run(_secret(told.what, told.user, told.role)))
    except MeanwhileError as error:
        parser.error(error.detail)


async def _secret(what: str, name: str | None, role: Role | None) -> str:
    async with open_runtime(Settings.from_environment(), connections=3) as runtime:
        access = runtime.access
        if name is None:
            user = await access.ensure("admin", Role.ADMIN)
        elif role is None:
            user = await access.user(name)
        else:
            user = await access.ensure(name, Role(role))
        if what == "key":
            return await runtime.access.new_key(user, "command line")
        return f"{runtime.settings.public_url}/sign-in#{await runtime.access.new_link(user)}"


if __name__ == "__main__":
    main()
