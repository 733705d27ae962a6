"""The queue carries names and ids; anything else is refused, and what a job raises leaves no text behind."""

import zlib
from pathlib import Path

import django_rq
import pytest
from rq import SimpleWorker
from rq.job import Job
from rq.serializers import DefaultSerializer

from breach import jobs
from breach.jobs import JobFailed, NamedJob, UnknownJob, enqueue, job

SEEN: list[tuple[object, ...]] = []


@job("test.note")
def note(*args: object) -> None:
    SEEN.append(args)


@job("test.fail")
def fail() -> None:
    secret = "Zoé Lefèvre"
    raise ValueError(f"no such person: {secret}")


@pytest.fixture
def queue(redis_socket: Path) -> "django_rq.queues.DjangoRQ":
    SEEN.clear()
    queue = django_rq.get_queue("default")
    queue.connection.flushdb()
    return queue


def work(queue: "django_rq.queues.DjangoRQ") -> None:
    SimpleWorker([queue], connection=queue.connection, job_class=NamedJob).work(
        burst=True, logging_level="CRITICAL"
    )


@pytest.mark.queue
@pytest.mark.django_db(transaction=True)
def test_a_registered_job_runs_with_its_ids(queue: "django_rq.queues.DjangoRQ") -> None:
    enqueue("test.note", 7, "abcdefghjkmnpqrstvwx")
    work(queue)
    assert SEEN == [(7, "abcdefghjkmnpqrstvwx")]


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("os.system", ("true",)),
        ("test.unheard", (1,)),
        ("test.note", ("Zoé Lefèvre",)),
        ("test.note", ({"name": "Zoé"},)),
        ("test.note", (True,)),
    ],
)
def test_enqueue_refuses_unknown_names_and_other_arguments(name: str, args: tuple[object, ...]) -> None:
    with pytest.raises(UnknownJob):
        enqueue(name, *args)  # type: ignore[arg-type]


@pytest.mark.queue
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("serializer", ["json", "pickle"])
def test_a_job_that_a_stranger_put_into_redis_does_not_run(
    queue: "django_rq.queues.DjangoRQ", tmp_path: Path, serializer: str
) -> None:
    mark = tmp_path / "mark"
    forged = NamedJob.create(
        "os.system", args=[f"touch {mark}"], connection=queue.connection, origin="default"
    )
    if serializer == "pickle":
        forged.serializer = DefaultSerializer
        forged._data = DefaultSerializer.dumps(("os.system", None, (f"touch {mark}",), {}))
    forged.save()
    queue.push_job_id(forged.id)
    work(queue)
    assert not mark.exists()
    assert Job.exists(forged.id, connection=queue.connection)
    assert NamedJob.fetch(forged.id, connection=queue.connection).is_failed


@pytest.mark.queue
@pytest.mark.django_db(transaction=True)
def test_the_text_of_a_failure_stays_out_of_redis(
    queue: "django_rq.queues.DjangoRQ", caplog: pytest.LogCaptureFixture
) -> None:
    enqueue("test.fail")
    work(queue)
    everything = b"".join(_dump(queue.connection))
    assert b"test.fail" in everything
    assert "Lefèvre".encode() not in everything
    assert "Lef" not in caplog.text
    (failed,) = queue.failed_job_registry.get_job_ids()
    latest = NamedJob.fetch(failed, connection=queue.connection).latest_result()
    assert latest is not None
    assert "ValueError in fail" in str(latest.exc_string)
    assert "Lef" not in str(latest.exc_string)


def test_a_redis_that_does_not_answer_loses_nothing(settings: object, tmp_path: Path, db: None) -> None:
    settings.RQ_QUEUES = {"default": {"URL": f"unix://{tmp_path}/none.sock"}}  # type: ignore[attr-defined]
    enqueue("test.note", 1)


def test_a_name_is_registered_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        job("test.note")(note)
    with pytest.raises(ValueError, match=r"noun\.verb"):
        job("note")


def test_wrapped_failure_names_kind_and_place_only() -> None:
    with pytest.raises(JobFailed, match=r"^test\.fail: ValueError in fail:\d+$") as failure:
        jobs._without_text("test.fail", fail)()
    assert failure.value.__cause__ is None
    assert failure.value.__context__ is None


def _dump(connection: object) -> list[bytes]:
    found = []
    for key in connection.keys("*"):  # type: ignore[attr-defined]
        raw = connection.dump(key) or b""  # type: ignore[attr-defined]
        found.append(key + raw)
        if connection.type(key) == b"hash":  # type: ignore[attr-defined]
            for name, value in connection.hgetall(key).items():  # type: ignore[attr-defined]
                found += [name, value]
                if name == b"exc_info":
                    found.append(zlib.decompress(value))
        if connection.type(key) == b"stream":  # type: ignore[attr-defined]
            for _entry, fields in connection.xrange(key):  # type: ignore[attr-defined]
                for name, value in fields.items():
                    found += [name, value]
    return found
