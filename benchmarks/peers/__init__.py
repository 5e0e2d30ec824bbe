"""What a user would pick instead, measured on the same estate in an environment of its own."""

from benchmarks.peers.compare import Answer, beside, peers_on
from benchmarks.peers.environment import PeerError

__all__ = ["Answer", "PeerError", "beside", "peers_on"]
