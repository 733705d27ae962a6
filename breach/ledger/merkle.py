"""Merkle trees over byte strings: RFC 6962, section 2.1.

A leaf and an inner node are hashed with different first bytes, so that neither passes for the other.
"""

import hashlib
from collections.abc import Iterable, Sequence

_LEAF, _NODE = b"\x00", b"\x01"
EMPTY_ROOT = hashlib.sha256().digest()


def leaf_hash(content: bytes) -> bytes:
    """Return the 32-byte hash of one leaf."""
    return hashlib.sha256(_LEAF + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes, in their order; memory grows with the depth of the tree only."""
    stack: list[tuple[int, bytes]] = []  # roots of full subtrees, with their height, largest first
    for leaf in leaves:
        height, node = 0, leaf
        while stack and stack[-1][0] == height:
            node, height = node_hash(stack.pop()[1], node), height + 1
        stack.append((height, node))
    if not stack:
        return EMPTY_ROOT
    root = stack.pop()[1]
    while stack:
        root = node_hash(stack.pop()[1], root)
    return root


def inclusion_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path (RFC 6962, section 2.1.1): it shows one leaf's place, and no other leaf."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"there is no leaf {index} among {len(leaves)}")
    path: list[bytes] = []
    while len(leaves) > 1:
        split = _largest_power_below(len(leaves))
        left, right = leaves[:split], leaves[split:]
        path.append(root_of(right) if index < split else root_of(left))
        leaves, index = (left, index) if index < split else (right, index - split)
    return path[::-1]


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Tell whether `leaf` stands at `index` of the tree of `size` leaves with this root."""
    if not 0 <= index < size:
        return False
    turns: list[bool] = []  # from the root down: is the leaf in the left part?
    while size > 1:
        split = _largest_power_below(size)
        turns.append(index < split)
        size, index = (split, index) if index < split else (size - split, index - split)
    if len(turns) != len(path):
        return False
    node = leaf
    for is_left, sibling in zip(reversed(turns), path, strict=True):
        node = node_hash(node, sibling) if is_left else node_hash(sibling, node)
    return node == root


def _largest_power_below(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)
