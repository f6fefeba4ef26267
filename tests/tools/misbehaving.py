"""Tools that misbehave in every way a library can; loaded by `Runtime(tools=...)`."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
import warnings

from whence.tools.domain.errors import AssumptionViolated, LimitReached, UsageError
from whence.tools.domain.results import ColumnSummary, DatasetProfile
from whence.tools.spec import Args, Cost, Env, Tool


class Nothing(Args):
    """No arguments."""


class Some(Args):
    """A few arguments."""

    amount: float = 1.0
    """How much."""
    text: str = ""
    """Any text."""
    dataset: str = ""
    """A table."""
    variables: tuple[str, ...] = ()
    """Columns of it."""


def profile(*values: float) -> DatasetProfile:
    columns = tuple(
        ColumnSummary(name=f"c{i}", type="continuous", n=1, n_missing=0, n_distinct=1, mean=v)
        for i, v in enumerate(values)
    )
    return DatasetProfile(name="made", n_rows=1, columns=columns)


def quick(args: Some, env: Env) -> DatasetProfile:
    return profile(args.amount)


def sleep(args: Some, env: Env) -> DatasetProfile:
    time.sleep(args.amount)
    return profile(args.amount)


def native(args: Nothing, env: Env) -> DatasetProfile:
    """Factorise matrices for ever, in LAPACK."""
    import numpy as np

    matrix = np.random.default_rng(0).random((1500, 1500))
    while True:
        np.linalg.svd(matrix)


def hold_gil(args: Some, env: Env) -> DatasetProfile:
    """Sleep in native code without letting another thread of Python run."""
    ctypes.PyDLL(None).sleep(int(args.amount))
    return profile()


def allocate(args: Some, env: Env) -> DatasetProfile:
    """Fill memory in steps of 16 MiB."""
    import numpy as np

    kept = [np.ones(2**21) for _ in range(int(args.amount / 16))]
    return profile(len(kept))


def allocate_at_once(args: Nothing, env: Env) -> DatasetProfile:
    import numpy as np

    return profile(float(np.ones(2**40).sum()))


def segfault(args: Nothing, env: Env) -> DatasetProfile:
    ctypes.string_at(0)
    return profile()


def exit_process(args: Nothing, env: Env) -> DatasetProfile:
    os._exit(3)


def killed(args: Nothing, env: Env) -> DatasetProfile:
    os.kill(os.getpid(), signal.SIGKILL)
    return profile()


def bug(args: Nothing, env: Env) -> DatasetProfile:
    raise ZeroDivisionError("an honest bug")


def leave(args: Nothing, env: Env) -> DatasetProfile:
    sys.exit(1)


def premise(args: Nothing, env: Env) -> DatasetProfile:
    raise AssumptionViolated("Column 'age' is constant; leave it out.")


def usage(args: Nothing, env: Env) -> DatasetProfile:
    raise UsageError("No such flag.")


def limit(args: Nothing, env: Env) -> DatasetProfile:
    raise LimitReached("The budget is spent.")


def noisy(args: Nothing, env: Env) -> DatasetProfile:
    class ConvergenceWarning(UserWarning):
        pass

    print("to stdout")
    print("to stderr", file=sys.stderr)
    os.write(1, b"to descriptor 1\n")
    os.write(2, b"to descriptor 2\n")
    warnings.warn("it did not converge", ConvergenceWarning, stacklevel=1)
    warnings.warn("chatter", FutureWarning, stacklevel=1)
    return profile()


def global_seed(args: Nothing, env: Env) -> DatasetProfile:
    """Draw from every generator there is, and from the order of a set of strings."""
    import random

    import numpy as np

    order = float([*{"alpha", "beta", "gamma", "delta"}].index("alpha"))
    return profile(random.random(), np.random.random(), float(env.rng().random()), order)


def spoil(args: Some, env: Env) -> DatasetProfile:
    """Alter the table it was given, and say what it saw first."""
    frame = env.table(args.dataset)
    seen = float(frame.iloc[:, 0].sum())
    frame.iloc[:, 0] = 0
    return profile(seen)


def relatives(args: Some, env: Env) -> DatasetProfile:
    return profile(float(len(env.readable(args.text).read_text())))


def pid(args: Nothing, env: Env) -> DatasetProfile:
    return profile(float(os.getpid()))


def costly(n: int, p: int) -> Cost:
    return Cost(seconds=10.0 * p, megabytes=10, advice="Name fewer `variables`.")


def slow(n: int, p: int) -> Cost:
    return Cost(seconds=4)


def tool(run, args=Nothing, **more):
    return Tool(f"data_{run.__name__}", args, run, example=args(), reference="none", **more)


TOOLS = (
    *(tool(run, Some) for run in (quick, sleep, hold_gil, allocate, spoil, relatives)),
    *(
        tool(run)
        for run in (
            native, allocate_at_once, segfault, exit_process, killed, bug, leave, premise, usage, limit, noisy,
            global_seed, pid,
        )
    ),
    Tool("data_costly", Some, quick, example=Some(), reference="none", cost=costly),
    Tool("data_slow", Some, sleep, example=Some(dataset="made"), reference="none", cost=slow),
)  # fmt: skip
