"""One lazily built engine, in the variants that a race must tell apart; no I/O in the window."""

from __future__ import annotations

import threading
import time


class Engine:
    """What is to be made once; also a meeting point by its class, its methods and its constructor."""

    def connect(self) -> Engine:
        return self

    @classmethod
    def default(cls) -> Engine:
        return cls()

    @staticmethod
    def built() -> Engine:
        return Engine()


class SpecialEngine(Engine):
    pass


class SizedEngine(Engine):
    def __init__(self, size: int = 1) -> None:
        self.size = size


def create_engine() -> Engine:
    return Engine()


class Buggy:
    def __init__(self) -> None:
        self.engine: Engine | None = None

    def ensure(self) -> Engine:
        if self.engine is None:
            self.engine = create_engine()
        return self.engine


class BuggyWide(Buggy):
    def ensure(self) -> Engine:
        if self.engine is None:
            engine = create_engine()
            time.sleep(0.001)
            self.engine = engine
            return engine
        return self.engine


class LockInInit(Buggy):
    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()

    def ensure(self) -> Engine:
        with self.lock:
            return super().ensure()


class DoubleChecked(LockInInit):
    def ensure(self) -> Engine:
        return super().ensure() if self.engine is None else self.engine


MODULE_LOCK = threading.Lock()


class ModuleLock(Buggy):
    def ensure(self) -> Engine:
        with MODULE_LOCK:
            return super().ensure()


class HalfFix(LockInInit):
    """Locks the act and does not check again inside."""

    def ensure(self) -> Engine:
        if self.engine is None:
            with self.lock:
                self.engine = create_engine()
        return self.engine


class ReturnsOwn(Buggy):
    """As the sample: each thread returns the engine that it made."""

    def ensure(self) -> Engine:
        if self.engine is None:
            engine = self.engine = create_engine()
            return engine
        return self.engine
