"""Fitted models, by what they return for data."""

from __future__ import annotations

from typing import Any

from autograder.observers.kinds import Observed, library


def fitted(model: Any, X: Any, method: str = "predict") -> Any:
    """What a fitted model returns for data, by `predict` or another method (`predict_proba`, `transform`,
    `decision_function`); anything that has no such method as it is.

    A model that is not fitted is observed as such. What else the method raises, it raises here.
    """
    call = getattr(model, method, None) if not isinstance(model, type) else None
    if not callable(call):
        return model
    try:
        returned = call(X)
    except Exception as error:
        learn: Any = library("sklearn.exceptions")
        if learn is not None and isinstance(error, learn.NotFittedError):
            return Observed("unfitted", {})
        raise
    return Observed("fitted", {"returned": returned})
