"""Jobs by name: the queue carries a registered name and ids, never code, never content.

Redis may be read, flushed or lied about by a stranger. So a job is only its name and integer or uid arguments in
JSON; the worker looks the name up in its own table, loads the rows itself and asks the same services as a page.
"""

import re
from collections.abc import Callable
from functools import cache, wraps
from importlib import import_module
from typing import Any

import django_rq
import structlog
from django.conf import settings
from django.db import close_old_connections, transaction
from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from rq.job import Job
from rq.serializers import JSONSerializer

from breach.errors import TocsinError

log = structlog.get_logger(__name__)

Work = Callable[..., None]
_registered: dict[str, Work] = {}
_NAME = re.compile(r"^[a-z_]+\.[a-z_]+$")
_UID = re.compile(r"^[0-9a-z]{20,26}$")


def job(name: str) -> Callable[[Work], Work]:
    """Register a function as the job `name` ("noun.verb"). Its arguments are integers or uids."""
    if not _NAME.match(name):
        raise ValueError(f"job name {name!r} is not of the form noun.verb")

    def register(work: Work) -> Work:
        if name in _registered:
            raise ValueError(f"job {name!r} is registered twice")
        _registered[name] = work
        return work

    return register


@cache
def _load() -> None:
    for module in settings.TOCSIN_JOB_MODULES:
        import_module(module)


def registered() -> dict[str, Work]:
    _load()
    return dict(_registered)


def _check(name: object, args: object) -> None:
    if not isinstance(name, str) or name not in registered():
        raise UnknownJob("a job of an unregistered name was refused")
    plain = isinstance(args, list | tuple) and all(
        (isinstance(arg, int) and not isinstance(arg, bool)) or (isinstance(arg, str) and _UID.match(arg))
        for arg in args
    )
    if not plain:
        raise UnknownJob(f"job {name} was refused: arguments are integers or uids")


class UnknownJob(TocsinError):  # noqa: N818
    """The queue held something that is no job of ours."""


class JobFailed(Exception):  # noqa: N818
    """Stands in for what a job raised: its kind and place, without its text, which may quote a person."""


def _without_text(name: str, work: Work) -> Work:
    """Keep exception texts and local values out of Redis: RQ stores the whole trace of whatever is raised."""

    @wraps(work)
    def run(*args: Any) -> None:
        failure = None
        close_old_connections()
        try:
            work(*args)
        except Exception as error:  # noqa: BLE001 - the edge of the worker's loop
            trace = error.__traceback__
            while trace and trace.tb_next:
                trace = trace.tb_next
            place = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else "?"
            failure = JobFailed(f"{name}: {type(error).__name__} in {place}")
            log.error("job failed", job=name, kind=type(error).__name__, place=place)  # noqa: TRY400 - the trace may quote a person
        finally:
            close_old_connections()
        if failure:
            raise failure

    return run


class NamedJob(Job):
    """A job whose function comes from our table and whose data is JSON; everything else is refused."""

    def __init__(
        self,
        id: str | None = None,  # noqa: A002 - RQ's own name
        connection: Redis | None = None,
        serializer: Any = None,
    ) -> None:
        del serializer  # RQ hands over pickle by default
        super().__init__(id, connection, JSONSerializer)

    @property
    def func(self) -> Work:
        _check(self.func_name, self.args)
        if self.instance or self.kwargs:
            raise UnknownJob("a job with an object or keywords was refused")
        name = str(self.func_name)
        return _without_text(name, registered()[name])

    @property
    def success_callback(self) -> None:
        return None

    @property
    def failure_callback(self) -> None:
        return None

    @property
    def stopped_callback(self) -> None:
        return None

    def send_webhooks(self, *_args: Any, **_kwargs: Any) -> None:
        """Never call an address that stands in Redis."""


class ReadyWorker(Worker):
    """A worker that has its jobs' modules in memory before it forks, so that no job waits for imports."""

    def work(self, *args: Any, **kwargs: Any) -> bool:
        registered()
        return bool(super().work(*args, **kwargs))


def enqueue(name: str, *args: int | str) -> None:
    """Queue the registered job `name` once the current transaction has committed.

    A Redis that does not answer loses nothing: the database holds the work, and a sweep enqueues it again.
    """
    _check(name, args)

    def send() -> None:
        try:
            # "auto": the outer on_commit has already waited for the transaction.
            django_rq.get_queue("default", commit_mode="auto").enqueue_call(
                func=name, args=args, result_ttl=60, failure_ttl=86400
            )
        except RedisError:
            log.warning("the queue does not answer; a sweep will enqueue this again", job=name)

    transaction.on_commit(send)
