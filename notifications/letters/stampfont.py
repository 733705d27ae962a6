"""The one font of a print run, subset to the characters that occur in it, as objects of a PDF.

A composite font with two-byte glyph numbers (ISO 32000-1, 9.7.4: Type 0, CIDFontType2, Identity-H) and a
ToUnicode map (9.10.3), so that names can be searched and copied.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable
from functools import cached_property

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from notifications.letters import fonts
from notifications.letters.pdf import PdfFile, stream
from notifications.letters.shaping import unicode_of, units, widths

_NAME = b"TOCSIN+NotoSans-Regular"
_NEEDED = frozenset({"GlyphOrder", "head", "hhea", "maxp", "hmtx", "loca", "glyf"})  # ISO 32000-1, 9.9
_ROWS = 100  # a CMap section holds at most 100 rows (Adobe Technical Note 5014)


class StampFont:
    """Built once per print run from its characters; written once into every file of the run."""

    def __init__(self, characters: Iterable[str]) -> None:
        self._characters = frozenset(characters) | {" "}

    @cached_property
    def _subset(self) -> TTFont:
        options = Options()
        options.retain_gids = True  # shaped lines keep their glyph numbers
        options.layout_features = ["*"]  # whatever shaping may substitute is kept
        options.notdef_outline = True
        options.hinting = False
        with TTFont(fonts.FOLDER / fonts.MAIN) as source:
            subsetter = Subsetter(options)
            subsetter.populate(unicodes=[ord(char) for char in self._characters])
            subsetter.subset(source)
            for table in set(source.keys()) - _NEEDED:
                del source[table]
            out = io.BytesIO()
            source.save(out)
        return TTFont(io.BytesIO(out.getvalue()))

    @cached_property
    def glyphs(self) -> tuple[int, ...]:
        """Numbers of the glyphs that the subset draws, ascending."""
        table = self._subset["glyf"]
        order = self._subset.getGlyphOrder()
        kept = {0, *(number for number, name in enumerate(order) if table[name].numberOfContours)}
        spaces = {number for number, text in unicode_of().items() if text in self._characters}
        return tuple(sorted(kept | spaces))

    @cached_property
    def _objects(self) -> tuple[bytes, bytes, bytes]:
        """Font file, width array and ToUnicode, ready to be written."""
        out = io.BytesIO()
        self._subset.save(out)
        data = out.getvalue()
        file = stream(zlib.compress(data, 9), b"/Filter/FlateDecode/Length1 %d" % len(data))
        scale = 1000 / units()
        array = b"".join(b"%d[%.0f]" % (glyph, widths()[glyph] * scale) for glyph in self.glyphs)
        return file, array, stream(zlib.compress(self._to_unicode(), 9), b"/Filter/FlateDecode")

    def _to_unicode(self) -> bytes:
        texts = unicode_of()
        rows = [
            f"<{glyph:04X}> <{texts[glyph].encode('utf-16-be').hex().upper()}>"
            for glyph in self.glyphs
            if glyph in texts
        ]
        parts = [rows[start : start + _ROWS] for start in range(0, len(rows), _ROWS)]
        sections = "\n".join(f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar" for part in parts)
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
            "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
            "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
            f"{sections}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
        ).encode()

    def write(self, target: PdfFile) -> int:
        """Put the font into a file; returns the object number of the Type 0 font."""
        file, array, names = self._objects
        top, descendant, descriptor, program, unicode_map = (target.reserve() for _ in range(5))
        head = self._subset["head"]
        box = b" ".join(b"%d" % value for value in (head.xMin, head.yMin, head.xMax, head.yMax))
        measures = fonts.metrics()
        target.put(program, file)
        target.put(unicode_map, names)
        target.put(
            descriptor,
            b"<</Type/FontDescriptor/FontName/%b/Flags 4/FontBBox[%b]/ItalicAngle 0/Ascent %.0f/Descent %.0f"
            b"/CapHeight 714/StemV 80/FontFile2 %d 0 R>>"
            % (_NAME, box, measures.ascent, -measures.descent, program),
        )
        target.put(
            descendant,
            b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%b"
            b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
            b"/FontDescriptor %d 0 R/CIDToGIDMap/Identity/DW 0/W[%b]>>" % (_NAME, descriptor, array),
        )
        target.put(
            top,
            b"<</Type/Font/Subtype/Type0/BaseFont/%b/Encoding/Identity-H"
            b"/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>" % (_NAME, descendant, unicode_map),
        )
        return top
