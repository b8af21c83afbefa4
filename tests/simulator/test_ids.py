from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from oncehub_async.simulator._data.ids import Ids

IDS = st.builds(
    Ids, st.sampled_from(["BKNG-", "USR-", "X"]), st.sampled_from([10, 12]), st.integers(0, 99)
)


@given(IDS, st.integers(0, 2_000_000))
def test_an_id_tells_its_index(ids: Ids, index: int) -> None:
    """Encoding and decoding are each other's inverse, for any seed and prefix."""
    text = ids.encode(index)
    assert ids.decode(text) == index
    tail = text.removeprefix(ids.prefix)
    assert len(tail) == ids.length
    assert tail.isalnum()
    assert tail.isupper() or tail.isdigit()


@given(IDS, st.text(max_size=20))
def test_no_other_text_is_an_id(ids: Ids, text: str) -> None:
    """Whatever decodes is written exactly so by encoding."""
    index = ids.decode(text)
    assert index is None or ids.encode(index) == text


def test_neighbours_look_unrelated() -> None:
    """The ids of consecutive objects share hardly more than their prefix."""
    ids = Ids("BKNG-", 12, 1)
    texts = [ids.encode(index) for index in range(2_000)]
    assert len(set(texts)) == 2_000
    same = sum(
        a == b for one, two in pairwise(texts) for a, b in zip(one[5:], two[5:], strict=True)
    )
    assert same / (2_000 * 12) < 0.05
