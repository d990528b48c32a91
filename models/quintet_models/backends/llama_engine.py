"""One GGUF model held through llama.cpp's C interface: tokens, batches, logits.

Lives in the worker process only; knows nothing of frames, requests or scheduling.
"""

import ctypes
import importlib
import os
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

# The bindings are ctypes all the way down: their types say nothing that holds at run time.
c: Any = importlib.import_module("llama_cpp.llama_cpp")

Tokens = npt.NDArray[np.int32]
Logits = npt.NDArray[np.float32]

DEFAULT_CONTEXT = 8192

_COMPLAINTS = {3, 4}
"""GGML_LOG_LEVEL_WARN and GGML_LOG_LEVEL_ERROR of ggml.h, which the bindings do not name."""


class RefusedError(Exception):
    """What was asked cannot be done; the message is a sentence for the user."""


class AbortedError(Exception):
    """The batch was stopped half-way by `Abort.set`; its cells must be dropped."""


class Abort:
    """Stops a running batch within milliseconds, from another thread.

    llama.cpp asks a C function between two tensor operations whether to go on. A Python callback there would
    take the interpreter lock a thousand times a token; `strlen` of a one-character buffer answers "true" and
    of an empty one "false" without Python having a part in it.
    """

    def __init__(self) -> None:
        self._flag = ctypes.create_string_buffer(2)
        self.function = ctypes.cast(ctypes.CDLL(None).strlen, c.ggml_abort_callback)
        self.data = ctypes.cast(self._flag, ctypes.c_void_p)

    def set(self) -> None:
        """Stop what runs now."""
        self._flag[0] = b"x"

    def clear(self) -> None:
        """Let the next batch run."""
        self._flag[0] = b"\0"


class Log:
    """Keeps the last complaints of the C code, which otherwise only says that it failed."""

    def __init__(self) -> None:
        self.lines: deque[str] = deque(maxlen=20)
        self._callback = c.llama_log_callback(self._take)
        c.llama_log_set(self._callback, None)

    def _take(self, level: int, text: bytes, _data: object) -> None:
        if level in _COMPLAINTS:
            self.lines.append(text.decode("utf-8", "replace").strip())


class Model:
    """A loaded model and its vocabulary. Raises `RefusedError` when the file is not a model it can hold."""

    def __init__(self, path: str, log: Log) -> None:
        params = c.llama_model_default_params()
        params.n_gpu_layers = -1 if c.llama_supports_gpu_offload() else 0
        self.handle = c.llama_model_load_from_file(os.fsencode(path), params)
        if not self.handle:
            raise RefusedError(load_failure(path, log.lines))
        self.vocabulary = c.llama_model_get_vocab(self.handle)
        self.vocabulary_size: int = c.llama_vocab_n_tokens(self.vocabulary)
        self.trained_context: int = c.llama_model_n_ctx_train(self.handle)
        self.parameters: int = c.llama_model_n_params(self.handle)
        self.adds_bos: bool = c.llama_vocab_get_add_bos(self.vocabulary)
        # A recurrent state cannot be cut back to an earlier position, so nothing can be shared or scored.
        self.seekable = not (c.llama_model_is_recurrent(self.handle) or c.llama_model_is_hybrid(self.handle))
        template = c.llama_model_chat_template(self.handle, None)
        self.template: str | None = template.decode("utf-8", "replace") if template else None

    def meta(self, key: str) -> str | None:
        """A text value of the file's metadata."""
        buffer = ctypes.create_string_buffer(1024)
        length = c.llama_model_meta_val_str(self.handle, key.encode(), buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace") if length >= 0 else None

    def description(self) -> str:
        """Architecture, size and quantisation in a few words."""
        buffer = ctypes.create_string_buffer(256)
        c.llama_model_desc(self.handle, buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace")

    def tokenize(self, text: str, *, special: bool, bos: bool) -> Tokens:
        """Token ids, shape (n,). `special` reads control tokens such as `<|im_end|>` as such."""
        data = text.encode("utf-8", "surrogatepass")
        out = np.empty(len(data) + 2, dtype=np.int32)
        pointer = out.ctypes.data_as(c.llama_token_p)
        n = c.llama_tokenize(self.vocabulary, data, len(data), pointer, len(out), bos, special)
        return out[:n].copy()

    def start_token(self) -> int:
        """The token that stands before a text: its first real token needs something to be predicted from."""
        bos = int(c.llama_vocab_bos(self.vocabulary))
        return bos if bos >= 0 else int(c.llama_vocab_eos(self.vocabulary))

    def piece(self, token: int) -> bytes:
        """The bytes of a token; control tokens have none."""
        buffer = ctypes.create_string_buffer(64)
        n = c.llama_token_to_piece(self.vocabulary, token, buffer, len(buffer), 0, False)  # noqa: FBT003
        if n < 0:
            buffer = ctypes.create_string_buffer(-n)
            n = c.llama_token_to_piece(self.vocabulary, token, buffer, len(buffer), 0, False)  # noqa: FBT003
        return buffer.raw[:n]

    def text_of(self, token: int) -> str:
        """How the vocabulary spells a token, control tokens included."""
        return "" if token < 0 else c.llama_vocab_get_text(self.vocabulary, token).decode("utf-8", "replace")

    def ends(self, token: int) -> bool:
        """Whether the token ends a generation."""
        return bool(c.llama_vocab_is_eog(self.vocabulary, token))


class Context:
    """A KV cache of `cells` tokens, shared by up to `sequences` sequences, and buffers for a batch."""

    def __init__(
        self, model: Model, *, cells: int, batch: int, sequences: int, threads: int, abort: Abort
    ) -> None:
        params = c.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_ubatch = cells, batch, batch
        params.n_seq_max = sequences
        params.n_threads = params.n_threads_batch = threads
        params.kv_unified = True
        params.no_perf = True
        params.abort_callback, params.abort_callback_data = abort.function, abort.data
        self._handle = c.llama_init_from_model(model.handle, params)
        if not self._handle:
            raise RefusedError(
                f"There is not enough memory for a context of {cells} tokens; ask for a smaller one."
            )
        self._memory = c.llama_get_memory(self._handle)
        self._vocabulary_size = model.vocabulary_size
        self.cells, self.batch, self.sequences = cells, batch, sequences
        self._rows = 0
        self._token, self._position, self._sequence = (np.zeros(batch, dtype=np.int32) for _ in range(3))
        self._count = np.ones(batch, dtype=np.int32)
        self._wanted = np.zeros(batch, dtype=np.int8)
        self._sequence_pointers = self._sequence.ctypes.data + 4 * np.arange(batch, dtype=np.uint64)
        self._batch = self._make_batch()

    def _make_batch(self) -> Any:
        """A batch over our own arrays: filling it is then four numpy assignments."""
        batch, fields = c.llama_batch(), dict(c.llama_batch._fields_)
        for name, array in (
            ("token", self._token),
            ("pos", self._position),
            ("n_seq_id", self._count),
            ("seq_id", self._sequence_pointers),
            ("logits", self._wanted),
        ):
            setattr(batch, name, ctypes.cast(array.ctypes.data, fields[name]))
        return batch

    def decode(self, tokens: Any, positions: Any, sequences: Any, wanted: Any) -> None:
        """Evaluate at most `batch` tokens; each argument is a scalar or an array of one value a token.

        Raises `AbortedError`, and `RefusedError` when the cache is full.
        """
        n = len(tokens)
        self._token[:n], self._position[:n], self._sequence[:n] = tokens, positions, sequences
        self._wanted[:n] = wanted
        self._rows = int(self._wanted[:n].sum())
        self._batch.n_tokens = n
        code = c.llama_decode(self._handle, self._batch)
        if code == 2:
            raise AbortedError
        if code == 1:
            raise RefusedError(f"The context of {self.cells} tokens is full.")
        if code:
            raise RefusedError(f"The engine could not evaluate a batch (code {code}).")

    def logits(self) -> Logits:
        """Of the wanted tokens of the last batch, in order: (rows, vocabulary). Valid until the next one."""
        pointer = c.llama_get_logits(self._handle)
        return np.ctypeslib.as_array(pointer, shape=(self._rows, self._vocabulary_size))

    def share(self, source: int, target: int, end: int) -> None:
        """Let `target` begin with the first `end` positions of `source`, without copying them."""
        c.llama_memory_seq_cp(self._memory, source, target, 0, end)

    def drop(self, sequence: int, start: int = 0) -> None:
        """Forget a sequence from a position on."""
        c.llama_memory_seq_rm(self._memory, sequence, start, -1)

    def close(self) -> None:
        """Free the cache."""
        c.llama_free(self._handle)


def load_failure(path: str, complaints: Sequence[str]) -> str:
    """One sentence for a model file that would not load; the first complaint is the most exact one."""
    file = Path(path)
    if not file.is_file():
        return f"There is no model file at {path}."
    with file.open("rb") as opened:
        magic = opened.read(4)
    if not b"GGUF".startswith(magic):
        return f"{file.name} is no GGUF model file."
    if any(sign in line for line in complaints for sign in ("file bounds", "failed to read")):
        return f"The model file {file.name} is truncated or damaged; download or install it again."
    reason = complaints[0].removeprefix("llama_model_load: ") if complaints else "no reason given"
    return f"llama.cpp cannot load the model file {file.name}: {reason}."


def quantize(source: str, target: str, kind: str, threads: int, log: Log) -> None:
    """Write `source` anew with weights of `kind` (`Q8_0`, `Q4_0`, `F16`). Raises `RefusedError`."""
    params = c.llama_model_quantize_default_params()
    params.ftype = getattr(c, f"LLAMA_FTYPE_MOSTLY_{kind}")
    params.allow_requantize = True
    params.nthread = threads
    if c.llama_model_quantize(os.fsencode(source), os.fsencode(target), ctypes.byref(params)):
        raise RefusedError(load_failure(source, log.lines))
