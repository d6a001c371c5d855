"""`python -m graphql_api serve`: start reading here.

settings.py reads the environment, wiring.py makes the parts, serve.py and app.py open the doors:
doors/http.py and socket/ take operations to `schema/`, whose mutations call the acts in `resolvers/`;
what they commit goes to live/ at once, and through `jobs/` to the bus.
"""

import argparse
import asyncio
import json
import sys

from graphql_api.embedded import keep_private
from graphql_api.log_format import configure_logs
from graphql_api.neighbours import unreachable
from graphql_api.programs import backup, canary, dlq, replay, restore
from graphql_api.reach import check_database
from graphql_api.serve import resolve_address, serve
from graphql_api.settings import Settings, SettingsError, read_settings
from graphql_api.settings_page import settings_page
from graphql_api.version import VERSION
from graphql_api.wiring import migrate_database, open_parts, prepare_database
from jobs.bus.asyncapi import asyncapi_document
from jobs.channels.vapid import new_private_key
from resolvers.errors import Unavailable
from schema.root import export_sdl

#: sysexits.h EX_CONFIG: started with settings that can't work.
EXIT_CONFIG = 78
EXIT_UNAVAILABLE = 69


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m graphql_api", description="TaskFlow's server.")
    parser.add_argument("--version", action="version", version=VERSION)
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser(
        "serve", help="serve the API and the web app (migrates an embedded database first)"
    )
    serving.add_argument("--migrate", action="store_true", help="migrate a PostgreSQL database first, too")
    commands.add_parser("migrate", help="bring the database to this release's form")
    replay.add_arguments(
        commands.add_parser("replay", help="rebuild users' state from the event log, and compare")
    )
    dlq.add_arguments(commands.add_parser("dlq", help="what could not be dealt with: list, retry or drop it"))
    backup.add_arguments(
        commands.add_parser("backup", help="write all that people have into a file, while the server runs")
    )
    restore.add_arguments(
        commands.add_parser("restore", help="put what a backup holds in the place of what is there")
    )
    canary.add_arguments(
        commands.add_parser(
            "canary", help="use a server as a person would, and say whether it did what it should"
        )
    )
    commands.add_parser("vapid-key", help="print a new VAPID_PRIVATE_KEY")
    commands.add_parser("export-schema", help="print the GraphQL schema")
    commands.add_parser("export-events", help="print the events' form, as an AsyncAPI document")
    config = commands.add_parser("config", help="look at the settings")
    config.add_argument(
        "action",
        choices=["check", "describe"],
        help="check: say whether the server would start with them, and what does not answer; describe: print a page "
        "about all there are",
    )
    arguments = parser.parse_args()
    if arguments.command == "vapid-key":
        print(new_private_key())
        return 0
    if arguments.command == "export-schema":
        print(export_sdl(), end="")
        return 0
    if arguments.command == "export-events":
        print(json.dumps(asyncapi_document(VERSION), indent=2))
        return 0
    if arguments.command == "config" and arguments.action == "describe":
        print(settings_page(), end="")
        return 0
    try:
        settings = read_settings()
        configure_logs(settings)
        keep_private()
        match arguments.command:
            case "serve":
                serve(settings, migrate_first=arguments.migrate)
            case "migrate":
                if asyncio.run(prepare_database(settings)) is None:
                    asyncio.run(migrate_database(settings))
                print("The database is ready for this release.")
            case "replay":
                return asyncio.run(replay.run(settings, arguments))
            case "dlq":
                return asyncio.run(dlq.run(settings, arguments))
            case "backup":
                return asyncio.run(backup.run(settings, arguments))
            case "restore":
                return asyncio.run(restore.run(settings, arguments))
            case "canary":
                return asyncio.run(canary.run(settings, arguments))
            case "config":
                missing = asyncio.run(_check(settings))
                for sentence in missing:
                    print(f"taskflow: {sentence}.", file=sys.stderr)
                if missing:
                    return EXIT_UNAVAILABLE
                print("The settings are good.")
    except SettingsError as error:
        print(f"taskflow: {error}", file=sys.stderr)
        return EXIT_CONFIG
    except Unavailable:
        print("taskflow: the database that DATABASE_URL names does not answer.", file=sys.stderr)
        return EXIT_UNAVAILABLE
    return 0


async def _check(settings: Settings) -> list[str]:
    """Everything but the port, which a server that runs already has. Returns what does not answer, in words.

    Raises SettingsError, Unavailable.
    """
    resolve_address(settings)
    open_parts(settings)
    await check_database(settings)
    return await unreachable(settings)


if __name__ == "__main__":
    sys.exit(main())
