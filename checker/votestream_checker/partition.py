"""Which partition a ballot belongs to, written anew from what services/votes/src/domain/partition.ts promises."""
from __future__ import annotations

FNV_OFFSET_BASIS = 2166136261
FNV_PRIME = 16777619


def partition_of(poll: int, key: str, partitions: int) -> int:
    """FNV-1a, 32 bit, over the poll's id, a slash and the ballot key, modulo the number of partitions."""
    state = FNV_OFFSET_BASIS
    for byte in f"{poll}/{key}".encode("ascii"):
        state = ((state ^ byte) * FNV_PRIME) & 0xFFFFFFFF
    return state % partitions
