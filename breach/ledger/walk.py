"""Walking along chains and checkpoints and noting what does not hold. Pure: bytes in, findings out."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from breach.ledger import chain as chains
from breach.ledger import checkpoints
from breach.ledger.findings import Findings
from breach.ledger.merkle import leaf_hash
from breach.vault.signing import is_signature, public_key_id

# The same form as canonical_json, without its look at every value: what was parsed holds no other types.
_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def _no_fractions(text: str) -> Any:
    raise ValueError(f"{text} has a fraction")


_decode = json.JSONDecoder(parse_float=_no_fractions, parse_constant=_no_fractions).decode


def read_entry(body: str) -> dict[str, Any]:
    """Parse an entry. Raises ValueError unless it is canonical and of this version."""
    document = _decode(body)
    if not isinstance(document, dict) or tuple(document) != chains.FIELDS:
        raise ValueError("not the fields of an entry")
    if document["v"] != chains.VERSION:
        raise ValueError(f"version {document['v']!r} is not known")
    if not isinstance(document["seq"], int) or not isinstance(document["chain"], str):
        raise ValueError("chain and number do not fit")  # noqa: TRY004 - damage, not a caller's mistake
    if _encode(document) != body:
        raise ValueError("not in canonical form")
    return document


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head that somebody vouches for: a signed checkpoint, a stored head, an earlier export."""

    head: str
    by: str
    code: str = "head"


@dataclass(slots=True)
class ChainState:
    """How far one chain has been walked."""

    name: str
    size: int = 0
    head: bytes = b""
    anchors: dict[int, Anchor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.head = self.head or chains.genesis(self.name)


class Walk:
    """Follows entries chain by chain; within a chain they come in order, between chains in any."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.chains: dict[str, ChainState] = {}
        self.entries = 0
        self.leaf = b""  # the leaf hash of the entry just taken
        self._anchors: dict[str, dict[int, Anchor]] = defaultdict(dict)

    def anchor(self, chain: str, size: int, anchor: Anchor) -> None:
        """Expect this head after `size` entries. Anchors are set before the chain's entries are walked."""
        known = self._anchors[chain].setdefault(size, anchor)
        if known.head != anchor.head:
            code = anchor.code if known.code == "head" else known.code
            self.findings.add(code, f"{chain} {size}", f"{known.by} and {anchor.by} disagree")

    def entry(self, body: str, place: str) -> dict[str, Any] | None:
        """Take the next entry and return its document, or None when it cannot be read."""
        self.leaf = leaf_hash(body.encode())
        try:
            document = read_entry(body)
        except (ValueError, RecursionError) as problem:
            self.findings.add("damaged", place, f"the entry is damaged: {problem}")
            return None
        self._step(document, place)
        return document

    def _step(self, document: Mapping[str, Any], place: str) -> None:
        name, seq = document["chain"], document["seq"]
        state = self.chains.get(name)
        if state is None:
            state = self.chains[name] = ChainState(name, anchors=self._anchors[name])
        if seq != state.size + 1:
            said = f"entry {seq} of {name} follows entry {state.size}"
            self.findings.add("gap", place, f"entries are missing, repeated or out of order: {said}")
            self._resume(state, document)
        elif document["prev"] != state.head.hex():
            said = f"entry {seq} of {name} does not follow from entry {seq - 1}"
            self.findings.add("link", place, f"{said}: one of the two was changed or exchanged")
            self._resume(state, document)
        state.head = chains.next_head(state.head, self.leaf)
        state.size = seq
        self.entries += 1
        anchor = state.anchors.get(seq)
        if anchor and anchor.head != state.head.hex():
            said = f"{name} at entry {seq} is not what {anchor.by} vouches for"
            self.findings.add(anchor.code, place, said)

    @staticmethod
    def _resume(state: ChainState, document: Mapping[str, Any]) -> None:
        """Go on from what the entry claims, so that one change is one finding."""
        try:
            state.head = bytes.fromhex(document["prev"])
        except (TypeError, ValueError):
            state.head = b""

    def finish(self, chains_present: Iterable[str]) -> None:
        """Compare where the chains ended with the anchors beyond. Chains not present are not looked at."""
        for name in chains_present:
            state = self.chains.get(name)
            size = state.size if state else 0
            beyond = [at for at in self._anchors[name] if at > size]
            if beyond:
                furthest = max(beyond)
                by = self._anchors[name][furthest].by
                said = f"{name} has {size} entries, but {by} vouches for {furthest}"
                self.findings.add("shrunk", name, f"the ledger shrank: {said}")

    def heads(self) -> dict[str, tuple[int, str]]:
        """Return size and head (hex) of every chain walked."""
        return {name: (state.size, state.head.hex()) for name, state in self.chains.items()}


class CheckpointWalk:
    """Follows the checkpoints from the first on and hands their heads to the walk as anchors."""

    def __init__(self, walk: Walk, trusted: Iterable[bytes]) -> None:
        self._walk, self._findings = walk, walk.findings
        self._keys = {public_key_id(key): key for key in trusted}
        self._state: dict[str, tuple[int, str]] = {}
        self._largest: dict[str, int] = {}
        self.digests: list[str] = []
        self.last: checkpoints.ParsedCheckpoint | None = None

    @property
    def chains(self) -> frozenset[str]:
        """Every chain that a checkpoint ever named."""
        return frozenset(self._largest)

    def checkpoint(self, body: str, key_id: str, signature: str, place: str) -> None:
        """Take the next checkpoint."""
        raw = body.encode()
        try:
            parsed = checkpoints.parse(raw)
        except (ValueError, RecursionError) as problem:
            self._findings.add("damaged", place, f"the checkpoint is damaged: {problem}")
            return
        self.check_signature(key_id, signature, checkpoints.signed_bytes(raw), place)
        self._follow(parsed, place)
        self._apply(parsed, place)
        self.digests.append(checkpoints.digest(raw))
        self.last = parsed

    def check_signature(self, key_id: str, signature: str, message: bytes, place: str) -> None:
        """Note a signature by an untrusted key, or one that does not hold."""
        key = self._keys.get(key_id)
        if key is None:
            self._findings.add("unknown_key", place, f"signed by key {key_id}, which is not trusted")
            return
        try:
            holds = is_signature(key, bytes.fromhex(signature), message)
        except ValueError:
            holds = False
        if not holds:
            self._findings.add("signature", place, f"the signature by key {key_id} does not hold")

    def _follow(self, parsed: checkpoints.ParsedCheckpoint, place: str) -> None:
        number, prev = len(self.digests) + 1, self.digests[-1] if self.digests else ""
        if self.last is not None:
            number = self.last.number + 1
        if (parsed.number, parsed.prev) != (number, prev):
            said = f"checkpoint {parsed.number} does not follow from checkpoint {number - 1}"
            self._findings.add("checkpoint", place, said)

    def _apply(self, parsed: checkpoints.ParsedCheckpoint, place: str) -> None:
        by = f"checkpoint {parsed.number}"
        state = {} if parsed.full else dict(self._state)
        for chain, size, head in parsed.changed:
            if size < self._largest.get(chain, 0):
                said = f"{by} says {chain} has {size} entries; one before said {self._largest[chain]}"
                self._findings.add("shrunk", place, f"the ledger shrank: {said}")
            self._largest[chain] = max(size, self._largest.get(chain, 0))
            self._walk.anchor(chain, size, Anchor(head, by))
            state[chain] = (size, head)
        self._state = state
        for chain in sorted(self._largest.keys() - state.keys()):
            self._findings.add("missing_chain", place, f"{by} no longer knows {chain}")
        if len(state) != parsed.chains or checkpoints.state_root(state) != parsed.root:
            self._findings.add("root", place, f"the heads of {by} do not add up to its root")
