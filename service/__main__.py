"""`python -m service key | link`: prints an API key or a one-time sign-in link for a user."""

import argparse
import asyncio

from service.runtime import open_runtime
from service.settings import Settings


def main() -> None:
    """Reads the command line and prints one secret on stdout."""
    parser = argparse.ArgumentParser(prog="python -m service", description=__doc__)
    parser.add_argument("what", choices=("key", "link"))
    parser.add_argument("--user", default="admin", help="created as an admin if there is none")
    told = parser.parse_args()
    print(asyncio.run(_secret(told.what, told.user)))


async def _secret(what: str, name: str) -> str:
    async with open_runtime(Settings.model_validate({}), connections=3) as runtime:
        user = await runtime.access.user(name)
        if what == "key":
            return await runtime.access.new_key(user, "command line")
        return f"/sign-in#{await runtime.access.new_link(user)}"


if __name__ == "__main__":
    main()
