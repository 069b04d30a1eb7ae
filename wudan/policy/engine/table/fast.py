"""The kernels, compiled. Loading numba takes a third of a second and compiling some more, so small tables run them as Python."""

from __future__ import annotations

import importlib.util
import inspect
import sys
import types
from functools import lru_cache
from types import ModuleType

from wudan.policy.engine.table import kernels

COMPILE_FROM = 25_000
"""From so many rows the compiled kernels pay for being loaded."""


def kernels_for(rows: int) -> ModuleType:
    """The kernels to use on so many rows: the same code, compiled or not. Once loaded, the compiled ones serve everybody."""
    return compiled() if rows >= COMPILE_FROM or compiled.cache_info().currsize else kernels


@lru_cache(maxsize=1)
def compiled() -> ModuleType:
    """`kernels` once more with every function compiled; the machine code is kept on disk where there is room for it."""
    import numba

    source = inspect.getsourcefile(kernels) or ""
    spec = importlib.util.spec_from_file_location(f"{kernels.__name__}_compiled", source)
    assert spec and spec.loader  # noqa: S101 - the module is on disk, this file stands beside it
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # the disk cache looks a function's module up by its name
    spec.loader.exec_module(module)
    for name, function in list(vars(module).items()):
        if isinstance(function, types.FunctionType):
            setattr(module, name, _compile(numba, function))
    return module


def _compile(numba: ModuleType, function: types.FunctionType) -> object:
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # nowhere to keep it: a read-only folder and no home
        return numba.njit(nogil=True)(function)
