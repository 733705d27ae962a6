"""The font of one print file, subset to the glyphs that were stamped in it, as objects of a PDF.

A composite font with two-byte glyph numbers (ISO 32000-1, 9.7.4: Type 0, CIDFontType2, Identity-H) and a
ToUnicode map (9.10.3), so that names can be searched and copied. HarfBuzz makes the subset in under a
millisecond, so it is made when the file ends, from what really stands in it: no glyph can be missing.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import cache

import uharfbuzz as hb

from notifications.letters import fonts
from notifications.letters.pdf import PdfFile, stream
from notifications.letters.shaping import main_face, unicode_of, units, widths

_NAME = b"TOCSIN+NotoSans-Regular"
_UNNEEDED = ("GSUB", "GPOS", "GDEF", "OS/2", "cmap", "name", "post", "gasp", "STAT", "meta", "DSIG")
"""Tables that an embedded font with glyph numbers of its own does without (ISO 32000-1, 9.9)."""
_ROWS = 100  # a CMap section holds at most 100 rows (Adobe Technical Note 5014)


def write_font(glyphs: Iterable[int], target: PdfFile, number: int) -> None:
    """Put the font into a file, as the object `number`; `glyphs` are those that its text draws."""
    kept = sorted({0, *glyphs})
    descendant, descriptor, program, unicode_map = (target.reserve() for _ in range(4))
    data, measures = _subset(kept), fonts.metrics()
    scale = 1000 / units()
    array = b"".join(b"%d[%.0f]" % (glyph, widths()[glyph] * scale) for glyph in kept)
    target.put(program, stream(zlib.compress(data), b"/Filter/FlateDecode/Length1 %d" % len(data)))
    target.put(unicode_map, stream(zlib.compress(_to_unicode(kept)), b"/Filter/FlateDecode"))
    target.put(
        descriptor,
        b"<</Type/FontDescriptor/FontName/%b/Flags 4/FontBBox[%b]/ItalicAngle 0/Ascent %.0f/Descent %.0f"
        b"/CapHeight 714/StemV 80/FontFile2 %d 0 R>>"
        % (_NAME, _box(), measures.ascent, -measures.descent, program),
    )
    target.put(
        descendant,
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%b"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
        b"/FontDescriptor %d 0 R/CIDToGIDMap/Identity/DW 0/W[%b]>>" % (_NAME, descriptor, array),
    )
    target.put(
        number,
        b"<</Type/Font/Subtype/Type0/BaseFont/%b/Encoding/Identity-H"
        b"/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>" % (_NAME, descendant, unicode_map),
    )


def _subset(glyphs: list[int]) -> bytes:
    wanted = hb.SubsetInput()
    wanted.flags = (
        hb.SubsetFlags.RETAIN_GIDS  # shaped lines keep their glyph numbers
        | hb.SubsetFlags.NO_LAYOUT_CLOSURE  # shaping is done
        | hb.SubsetFlags.NO_HINTING
        | hb.SubsetFlags.NOTDEF_OUTLINE
    )
    wanted.glyph_set.update(glyphs)
    wanted.drop_table_tag_set.update(int.from_bytes(tag.ljust(4).encode()) for tag in _UNNEEDED)
    found: bytes = wanted.subset(main_face()).blob.data
    return found


@cache
def _box() -> bytes:
    return b" ".join(b"%d" % value for value in fonts.bounding_box())


def _to_unicode(glyphs: list[int]) -> bytes:
    texts = unicode_of()
    rows = [
        f"<{glyph:04X}> <{texts[glyph].encode('utf-16-be').hex().upper()}>"
        for glyph in glyphs
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
