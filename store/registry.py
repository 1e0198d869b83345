"""A folder is a registry: adding an entry is adding a file."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from typing import TypeVar

T = TypeVar('T')


class Registry(Mapping[str, T]):
    """The one concrete subclass of `base` in each module of `package`, by its `key`.

    Entries load at the first look-up, so the package's own `__init__` can define both contract and registry.

    :raises LookupError: a module holds no such class, or two, or a key is taken"""

    def __init__(self, package: str, base: type[T]) -> None:
        self._package = package
        self._base = base
        self._entries: dict[str, T] = {}

    def _loaded(self) -> dict[str, T]:
        if not self._entries:
            path = importlib.import_module(self._package).__path__
            for module in sorted(m.name for m in pkgutil.iter_modules(path)):
                self._add(f'{self._package}.{module}')
        return self._entries

    def _add(self, module_name: str) -> None:
        module = importlib.import_module(module_name)
        kinds = [
            kind
            for kind in vars(module).values()
            if inspect.isclass(kind)
            and issubclass(kind, self._base)
            and not inspect.isabstract(kind)
            and kind.__module__ == module_name
        ]
        if len(kinds) != 1:
            raise LookupError(f'{module_name} must hold exactly one {self._base.__name__}, not {len(kinds)}')
        key: str = vars(kinds[0])['key']
        if key in self._entries:
            raise LookupError(f'{module_name} reuses the key {key!r}')
        self._entries[key] = kinds[0]()

    def __getitem__(self, key: str) -> T:
        return (self._entries or self._loaded())[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaded())

    def __len__(self) -> int:
        return len(self._loaded())
