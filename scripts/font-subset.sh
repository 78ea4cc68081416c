#!/bin/sh
# Rebuilds the two faces that letters, questionnaires and answer sheets are printed with: the characters of GB 2312 (the bold
# face: its first level, the 3,755 common ones), ASCII and the punctuation of the product, out of Debian's fonts-lxgw-wenkai (SIL Open Font License, reserved names "LXGW" and "霞鹜").
# A subset is a modified version and must not carry the reserved names, so it is called "Yiwang Kai".
# Needs: fonts-lxgw-wenkai, python3-fonttools. Usage: scripts/font-subset.sh
set -eu
cd "$(dirname "$0")/.."
source=${FONT_SOURCE:-/usr/share/fonts/truetype/lxgw-wenkai}
python=${PYTHON:-/usr/bin/python3}
target=internal/platform/print/font
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" - "$work" <<'PY'
import sys

def rows(first, last):
    for high in range(first + 0xA0, last + 0xA1):
        for low in range(0xA1, 0xFF):
            try:
                yield bytes([high, low]).decode("gb2312")
            except UnicodeDecodeError:
                pass

chars = {chr(c) for c in range(0x20, 0x7F)} | set(rows(1, 9))
chars |= set("—–…·“”‘’「」《》〈〉【】（）％℃№①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳○●□■◇◆△▲▽▼☆★✓✔✗→←↑↓×÷±≤≥≠≈￥€㎡喆堃祎珺玥淼昇赟珅槿")
for weight, last in (("Regular", 87), ("Bold", 55)):
    with open(f"{sys.argv[1]}/{weight}.txt", "w", encoding="utf-8") as out:
        out.write("".join(sorted(chars | set(rows(16, last)))))
PY

for weight in Regular Bold; do
    out="$work/$weight.ttf"
    "$python" -m fontTools.subset "$source/LXGWWenKai-$weight.ttf" --text-file="$work/$weight.txt" --output-file="$out" \
        --layout-features='' --no-hinting --desubroutinize --drop-tables+=GSUB,GPOS,GDEF,BASE,DSIG,vhea,vmtx --notdef-outline --recalc-bounds
    "$python" - "$out" "$weight" <<'PY'
import sys
from fontTools.ttLib import TTFont
font = TTFont(sys.argv[1])
name = font["name"]
family, weight = "Yiwang Kai", sys.argv[2]
for record in list(name.names):
    if record.nameID not in (0, 5, 13, 14):
        name.removeNames(nameID=record.nameID)
for platform, encoding, language in ((3, 1, 0x409), (1, 0, 0)):
    for number, text in ((1, family), (2, weight), (3, f"{family} {weight}; subset"), (4, f"{family} {weight}"), (6, f"YiwangKai-{weight}")):
        name.setName(text, number, platform, encoding, language)
font["head"].modified = font["head"].created  # the same input gives the same bytes
font.recalcTimestamp = False
font.save(sys.argv[1])
PY
    lower=$(echo "$weight" | tr 'RB' 'rb')
    gzip -9 -n -c "$out" > "$target/kai-$lower.ttf.gz"
done
ls -l "$target"
