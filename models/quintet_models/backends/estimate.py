"""How many tokens a text may have, where no tokenizer is at hand.

Pure; an upper estimate on purpose: a prompt cut too short still works, one that is too long is refused.
"""

import math


def estimate_tokens(text: str) -> int:
    """Tokens of `text`, more rather than fewer.

    Common tokenizers take 3 to 4 characters of code for a token, and 1 to 3 bytes of other scripts.
    """
    data = len(text.encode("utf-8", "surrogatepass"))
    ascii_only = sum(map(str.isascii, text))
    return math.ceil(ascii_only / 2.5) + math.ceil((data - ascii_only) / 2) + 1 if text else 0
