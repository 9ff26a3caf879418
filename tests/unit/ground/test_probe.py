"""What authors decorate, and the namespace that a probe is given."""
from __future__ import annotations

from typing import Any

import pytest

from autograder.probe import (
    MissingName,
    Namespace,
    Probe,
    alternative,
    misconception,
    parameters_of,
    probe,
    raised,
)


def test_a_probe_is_its_name_its_sentence_and_its_options() -> None:
    """The function's name is the id, its docstring in one line the title, and the tolerance has a default."""

    def rows_far_apart(ns: Any, rng: Any) -> Any:
        """Rows of very
        different size."""

    made = probe("softmax", points=2)(rows_far_apart)
    assert made == Probe("rows_far_apart", "softmax", 2.0, "Rows of very different size.", rows_far_apart, False, 1e-8, False)
    made = probe("softmax", points=0.5, contract=True, tolerance=1e-4, judged=True)(rows_far_apart)
    assert (made.points, made.contract, made.tolerance, made.judged) == (0.5, True, 1e-4, True)


def test_what_is_drawn_is_handed_on() -> None:
    """With draw, the inputs that it makes; without, the generator itself."""

    def looks(ns: Any, drawn: Any) -> Any:
        """Looks."""

    assert probe("q", points=1, draw=lambda rng: {"x": rng + 1})(looks).drawn(2) == {"x": 3}
    assert probe("q", points=1)(looks).drawn(2) == 2


def test_a_contract_probe_answers_for_its_inputs() -> None:
    """For all of them, or for those that it names, whatever holds them; a core probe for none."""

    def looks(ns: Any, drawn: Any) -> Any:
        """Looks."""

    every = probe("q", points=1, contract=True, unchanged=True)(looks)
    some = probe("q", points=1, contract=True, unchanged=("x", "params"))(looks)
    assert every.is_held_to("anything[0].at.all")
    assert [some.is_held_to(name) for name in ("x", "batch.x", "params.W1", "x[3]", "xs", "batch[0].y")] == [True, True, True, True, False, False]
    assert not probe("q", points=1)(looks).is_held_to("x")
    with pytest.raises(TypeError, match="unchanged is for a contract probe"):
        probe("q", points=1, unchanged=True)


@pytest.mark.parametrize("decorate", [probe("q", points=1), misconception("q"), alternative("q")])
def test_without_a_docstring_there_is_nothing_to_read(decorate: Any) -> None:
    """Probes, misconceptions and alternatives need the sentence that people read."""

    def silent(ns: Any) -> None:
        pass

    with pytest.raises(TypeError, match="silent has no docstring"):
        decorate(silent)


def test_variants_stay_what_they_are() -> None:
    """A decorated function or class can still be called, and one without a docstring is refused: students read it."""

    @misconception("layer", replaces="Layer")
    class Layer:
        """You forget the bias."""

        def method(self) -> None:
            pass

    assert isinstance(Layer(), Layer)
    with pytest.raises(TypeError, match="method has no docstring"):
        alternative("layer")(Layer.method)


def test_a_namespace_gives_what_the_notebook_defined() -> None:
    """Names are attributes; one that is missing is told from a name that the student's own code misses."""
    names: dict[str, Any] = {"softmax": len}
    ns = Namespace(names)
    assert ns.softmax is len
    with pytest.raises(MissingName, match="defines no relu"):
        ns.relu  # noqa: B018
    with pytest.raises(AttributeError, match=r"ns\.patch"):
        ns.softmax = None
    ns.patch(softmax=max, relu=min)
    assert (ns.softmax, ns.relu) == (max, min)
    assert names == {"softmax": max, "relu": min}


def test_raised_tells_what_an_expected_error_is() -> None:
    """All classes below Exception, the nearest first; nothing where the call returned; leaving Python is no error."""
    assert raised({"a": 1}.__getitem__, "k") == ["KeyError", "LookupError"]
    assert raised(len, [1]) == []
    assert raised(int, "x", base=10) == ["ValueError"]
    with pytest.raises(SystemExit):
        raised(exit, 0)


def test_parameters_are_those_of_what_a_decorator_has_wrapped() -> None:
    """By a closure or an object, also where it does not say so; what takes anything and wraps nothing has no others."""

    def train(x: Any, max_iters: int = 500) -> Any:
        return x

    def timed(function: Any) -> Any:
        return lambda *args, **kwargs: function(*args, **kwargs)

    class Counted:
        def __init__(self, function: Any) -> None:
            self.function, self.calls = function, 0

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            return self.function(*args, **kwargs)

    for wrapped in (train, timed(train), Counted(train), timed(Counted(timed(train)))):
        assert parameters_of(wrapped)["max_iters"].default == 500
    assert list(parameters_of(lambda *args: 3)) == ["args"]
