"""Human time, read strictly: "14:05 yesterday", "about 14:00", "ven. 18h40", "2026-11-20 18:40 UTC".

Pure: text, `now` and a zone in, a Moment or a reason for refusing out. English and French words are read
alike, whatever the page's language. A word that is not understood refuses the whole text; nothing is guessed,
since what is read here may start a legal clock. (General date parsers guess, which is why none is used.)
"""

from breach.timewords.grammar import read_moment
from breach.timewords.moment import CLOCK_SKEW, Moment, Precision, UnreadableTime
from breach.timewords.say import say

__all__ = ["CLOCK_SKEW", "Moment", "Precision", "UnreadableTime", "read_moment", "say"]
