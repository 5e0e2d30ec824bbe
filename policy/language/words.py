"""Many words against one pattern at once: what a pattern of actions covers among all actions of a service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

DIGITS = bytes.maketrans(b"\x00\x40", b"01")


class Words:
    """A sequence of words, each in a slot of one long integer, so that one operation takes a step in all of them.

    A slot is as many bytes as the longest word needs. Its last bit but one stands behind the word's last character;
    its last bit is free, so that a subtraction borrows from it and not from the next slot.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._bytes = (max(map(len, words), default=0) + 2 + 7) // 8
        slots = [(index + 1) * self._bytes * 8 - 2 for index in range(len(words))]  # where each word ends
        self._size = len(words) * self._bytes
        self._places = self._standing(words, slots)
        self._everywhere = sum(self._places.values())
        self._starts = self._bits([end - len(word) for word, end in zip(words, slots, strict=True)])
        self._ends = self._bits(slots)
        self._firsts = self._ends >> (self._bytes * 8 - 2)

    def _standing(self, words: Sequence[str], slots: Sequence[int]) -> dict[str, int]:
        """Where each character stands, one bit for each place."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for word, end in zip(words, slots, strict=True):
            for place, character in enumerate(word, end - len(word)):
                found[character].append(place)
        return {character: self._bits(places) for character, places in found.items()}

    def _bits(self, places: Sequence[int]) -> int:
        found = bytearray(self._size)
        for place in places:
            found[place >> 3] |= 1 << (place & 7)
        return int.from_bytes(found, "little")

    def matching(self, pattern: str) -> int:
        """Bit n is set where the pattern, with `*` and `?` as wildcards, covers word n."""
        reached = self._starts
        for sign in pattern:
            if sign == "*":
                reached = self._onwards(reached)
            else:
                reached = (reached & (self._everywhere if sign == "?" else self._places.get(sign, 0))) << 1
            if not reached:
                return 0
        return self._dense(reached & self._ends)

    def _onwards(self, reached: int) -> int:
        """From the first place reached in each slot to the end of its word; nothing where none is."""
        before = ((reached | self._ends << 1) - self._firsts) & ~reached
        return (self._everywhere | self._ends) & ~before

    def _dense(self, ends: int) -> int:
        """One bit for each slot instead of one slot."""
        last = ends.to_bytes(self._size, "little")[self._bytes - 1 :: self._bytes]
        return int(last[::-1].translate(DIGITS), 2) if last else 0
