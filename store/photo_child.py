"""The child process that decodes one picture: limits itself, reads standard input, writes a square WebP."""

import io
import resource
import sys

from PIL import Image, ImageOps

SIDE = 512
MAX_PIXELS = 50_000_000
FORMATS = ('PNG', 'JPEG', 'WEBP')
LIMITS = (
    (resource.RLIMIT_AS, 1 << 30),
    (resource.RLIMIT_CPU, 10),
    (resource.RLIMIT_FSIZE, 16 << 20),
    (resource.RLIMIT_NOFILE, 32),
    (resource.RLIMIT_CORE, 0),
)


def square(data: bytes) -> bytes:
    """The middle of a picture, `SIDE` pixels wide and high, upright, on white.

    :raises ValueError: it has too many pixels
    :raises OSError: it cannot be decoded"""
    with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise ValueError('too many pixels')
        upright = ImageOps.exif_transpose(picture)
        whole = ImageOps.fit(upright.convert('RGBA'), (SIDE, SIDE), Image.Resampling.LANCZOS)
    flat = Image.new('RGB', (SIDE, SIDE), 'white')
    flat.paste(whole, mask=whole)
    out = io.BytesIO()
    flat.save(out, 'WEBP', quality=86)
    return out.getvalue()


def main() -> int:
    """Paint what comes in; 0 when it went well."""
    for what, limit in LIMITS:
        resource.setrlimit(what, (limit, limit))
    try:
        made = square(sys.stdin.buffer.read())
    except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError):
        return 3
    sys.stdout.buffer.write(made)
    return 0


if __name__ == '__main__':
    sys.exit(main())
