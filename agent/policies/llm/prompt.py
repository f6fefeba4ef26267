"""A prompt that can be made shorter: what it says is folded until it fits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ....tools.domain.errors import TooLarge


def text_tokens(text: str) -> int:
    """Roughly how many tokens a text costs: a token is about four bytes of UTF-8."""
    return len(text.encode("utf-8", "replace")) // 4 + 1


class Prompt:
    """A text in several lengths.

    Args:
        versions: Makers of the text, the fullest first, the shortest last.
        end: Follows every version.
    """

    def __init__(self, versions: Sequence[Callable[[], str]], end: str = "") -> None:
        self._versions = tuple(versions)
        self._end = end

    @classmethod
    def fixed(cls, text: str) -> Prompt:
        """A text that has only one length."""
        return cls([lambda: text])

    def followed_by(self, end: str) -> Prompt:
        """The same with more at its end."""
        return Prompt(self._versions, "\n\n".join(filter(None, (self._end, end))))

    def fitted(self, tokens: int) -> str:
        """The fullest version that fits.

        Raises:
            TooLarge: not even the shortest one does.
        """
        size = 0
        for version in self._versions:
            text = "\n\n".join(filter(None, (version(), self._end)))
            size = text_tokens(text)
            if size <= tokens:
                return text
        raise TooLarge(
            f"The question and its table need about {size:,} tokens, and the model's context has room for {max(tokens, 0):,}. "
            "Use a table with fewer columns, a shorter codebook, or a model with a longer context (context_tokens)."
        )
