"""Protocols of the field as data: which images, frame, cuts, pairs, measures and averages a published number rests on.

A protocol is one frozen description (`Protocol`); `score_protocol` scores people, controls and predictions under it.
Another package adds its own in the entry-point group `gazekit.protocols`.
"""

from gazekit.protocols import (  # noqa: F401  (they register their protocols)
    chen2021,
    deepgaze,
    gazexplain,
    own,
    scandiff,
    search_line,
    tppgaze,
    visions,
)
from gazekit.protocols.protocol import CheckValue, Padding, Protocol, Score, protocols, score_words
from gazekit.protocols.scoring import ProtocolScores, score_protocol

__all__ = ["CheckValue", "Padding", "Protocol", "ProtocolScores", "Score", "protocols", "score_protocol", "score_words"]
