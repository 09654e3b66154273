# SPDX-FileCopyrightText: 2026 Turnstile contributors
# SPDX-License-Identifier: MIT
import asyncio
import json
import sys
import time

from discord.http import HTTPClient, Route, handle_message_parameters

# There is no option for another address.
Route.BASE = f'{sys.argv[1]}/api/v10'


async def main() -> None:
    http = HTTPClient(asyncio.get_running_loop())
    await http.static_login('nobody')  # asks for /users/@me
    await asyncio.sleep(1.1)  # so that this request is in no window of the messages

    async def post(number: int) -> None:
        with handle_message_parameters(f'message {number}') as params:
            await http.send_message(381870553235193857, params=params)

    begin = time.monotonic()
    outcomes = await asyncio.gather(*map(post, range(1, 11)), return_exceptions=True)
    seconds = time.monotonic() - begin
    failed = [outcome for outcome in outcomes if outcome is not None]
    for error in failed:
        print(repr(error), file=sys.stderr)
    print(json.dumps({'seconds': seconds, 'answered': len(outcomes) - len(failed)}))
    await http.close()


asyncio.run(main())
