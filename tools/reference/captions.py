"""Captions, and what LattePipeline of diffusers makes of them with clean_caption=True.

    python tools/reference/captions.py tokenizer-t5/src/test/resources/io/zoetrope/t5/cleaned-captions.json

Needs diffusers, beautifulsoup4 and ftfy. Made with diffusers 0.40.0.dev0 (58eb52c), beautifulsoup4 4.15, ftfy 6.3.1.
"""
import json
import random
import sys

from diffusers import LattePipeline

CAPTIONS = [
    "", " ", "A panda playing the guitar in a bamboo forest, cinematic", "a cat", "  A  Cat \n on\ta mat ",
    "Two cats%20and+a%20dog", "50%25 more, 100% good, %zz, caf%C3%A9 %E4 %F0%9F%98%80", "A+B", "<person> walks",
    "visit https://example.com/some/path?x=1&y=2 now", "HTTP://EXAMPLE.ORG", "see example.co.uk/x_y-z/ or it",
    "www:example www.example.net, mail me@example.com", "https://a", "the end.com ing", "a.it b.educ c.gov/",
    "<b>bold</b> and <i class=\"x > y\">italic</i>", "a <br/> b<br>c", "1 < 2 and 3 > 2", "<3 hearts",
    "a <!-- hidden --> b", "<script>alert(1)</script>shown<style>p {}</style>", "<!DOCTYPE html><p>text",
    "x <unclosed", "</p>", "a<p>b</p>c", "Tom &amp; Jerry", "&quot;quoted&quot; &lt;tag&gt; &eacute;t&eacute;",
    "&amp;amp; &amp;lt;b&amp;gt;", "AT&T R&D &c", "&#233; &#xE9; &hearts;", "by @nick_name and @другой on stage",
    "e-mail a@b", "a \u4e00\u4e8c\u4e09 b", "\u3220\u31c1\u3400\u4dc1\u33ff\u31f5 signs",
    "em\u2014dash en\u2013dash \u2010 \u2212 \u30a0 \ufe63",
    "\u00abquotes\u00bb \u201ccurly\u201d \u2018single\u2019 `tick` \u00b4acute\u00b4 \u00a8",
    "server 192.168.0.1 down", "at 5:30   ", "time 12:45", "line\\nbreak", "#1 #12 #123 #1234 #12345 #1234567",
    "number 123456 and 12345", "IMG_0001.JPG photo.png my file.mp4 and x.webp.", "\"\"\"AUSVERKAUFT\"\"\" ''now''",
    "wait... what.. ok.", "***SALE*** #sale (big) [new] {x} a|b a/b a\\b",
    "\u00ae\u2022\u00a9\u2122\u00b7\u00ba\u00bd\u00be\u00bf\u00a1\u00a7~", "word . word", "this-is-my-cute-cat",
    "this_is_my_cute_cat", "well-known three-day", "jc6640 jc6640vc 6640vc231 ab12 abcd1234", "a1b2c3d4",
    "4k 8K 60fps 3d", "worldwide free shipping today", "Free shipping", "free download free now",
    "click for more, click on this", "png image of a cat, jpg images", "on page 12 of it",
    "size 1920x1080, 10\u00d720, 3.5x4 and 5\u0445 6", "1920 x 1080", "title : subtitle", "a :b",
    "one,two.three/four 1,2 1.5", "\"whole in quotes\"", "'whole'", "\"a\" and \"b\"", "-leading", ":x", ";y",
    "trailing-", "trailing:", "a+", ".hidden", ".two words", "a\u00a0b\u2003c", "\u00c3\u00a9t\u00c3\u00a9",
    "\ufb01ne \uff26\uff35\uff2c\uff2c", "\u0130stanbul STRASSE", "\U0001f600 smile \U0001f600",
    "x" * 50, "A photo of a dog, 4K, highly-detailed, trending on artstation.com",
]


def random_captions(count):
    """Pieces of the captions and of what the rules look for, one behind the other."""
    draw = random.Random(1)
    pieces = [word for caption in CAPTIONS for word in caption.split(" ")] + list(" .,:;-_'\"/#&<>@+%\n")
    return ["".join(draw.choice(pieces) + draw.choice(["", " ", " "]) for _ in range(draw.randint(1, 9)))
            for _ in range(count)]


def main():
    pipeline = LattePipeline.__new__(LattePipeline)
    captions = dict.fromkeys(CAPTIONS + random_captions(250))
    cases = [{"text": text, "cleaned": pipeline._text_preprocessing(text, clean_caption=True)[0]} for text in captions]
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
