"""The process that holds a model: commands in on stdin, replies out on what was stdout.

Run as `python -m quintet_models.backends.llama_worker`. It must not outlive its parent: the end of stdin ends
it at once, whatever it is doing. Knows nothing of who asks.
"""

import os
import sys
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass
from queue import SimpleQueue

from quintet_models.backends import llama_frames as frames
from quintet_models.backends.chat_template import ChatTemplate, UnusableError
from quintet_models.backends.llama_engine import (
    DEFAULT_CONTEXT,
    Abort,
    AbortedError,
    Context,
    Log,
    Model,
    RefusedError,
    Tokens,
    c,
    quantize,
)
from quintet_models.backends.llama_generate import Generation
from quintet_models.backends.llama_room import Room
from quintet_models.backends.llama_score import BaseText, Scoring
from quintet_models.messages import Request

SEQUENCES = 32
SCORE_SEQUENCES = 64


@dataclass(slots=True)
class Job:
    """A command being worked on. `spent` is the engine time it had, in seconds; who had least is next."""

    id: int
    steps: Generator[bool, None, None]
    spent: float
    waiting: bool = False


class Inbox:
    """Reads commands on a thread of its own, so that a cancel is seen while the engine computes."""

    def __init__(self, abort: Abort) -> None:
        self.commands: SimpleQueue[frames.Command] = SimpleQueue()
        self._abort = abort
        self._running: int | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin to read."""
        threading.Thread(target=self._read, name="inbox", daemon=True).start()

    def _read(self) -> None:
        while (body := frames.read_frame(sys.stdin.buffer.read)) is not None:
            command = frames.decode_command(body)
            if isinstance(command, frames.Cancel):
                with self._lock:
                    if command.id == self._running:
                        self._abort.set()
            self.commands.put(command)  # a cancel too: it wakes the engine when it is idle
        os._exit(0)  # the parent has gone, and with it everyone who could want an answer

    def run(self, job: int | None) -> None:
        """Say whose batch is computed next (nobody's: None); a cancel of another job must not stop it."""
        with self._lock:
            self._running = job
            self._abort.clear()


class Worker:
    """The model, its contexts and the jobs that take turns on them."""

    def __init__(self, model: Model, load: frames.Load, inbox: Inbox, abort: Abort, out: int) -> None:
        self._model, self._load, self._inbox, self._abort, self._out = model, load, inbox, abort, out
        self._limit = min(load.context or DEFAULT_CONTEXT, model.trained_context)
        self._room = Room(self._context(self._limit, SEQUENCES), seekable=model.seekable)
        self._scores: Context | None = None
        self._base = BaseText()
        self._scoring: int | None = None
        self._template = _template(model)
        self._jobs: list[Job] = []

    def _context(self, cells: int, sequences: int) -> Context:
        load = self._load
        return Context(
            self._model,
            cells=cells,
            batch=load.batch,
            sequences=min(sequences, load.batch),
            threads=load.threads,
            abort=self._abort,
        )

    def try_out(self) -> None:
        """Evaluate a few tokens: an engine built for another processor should crash now, not in a repair."""
        context, tokens = self._room.context, [self._model.start_token()] * min(8, self._load.batch)
        context.decode(tokens, range(len(tokens)), 0, [0] * (len(tokens) - 1) + [1])
        context.drop(0)

    def send(self, reply: frames.Reply) -> None:
        """Write one frame; the parent always reads."""
        data = memoryview(frames.frame(reply))
        while data:
            data = data[os.write(self._out, data) :]

    def ready(self) -> frames.Ready:
        """What the handshake wants to know."""
        model = self._model
        return frames.Ready(
            name=model.meta("general.name") or model.meta("general.basename") or "",
            description=model.description(),
            parameters=model.parameters,
            trained_context=model.trained_context,
            context=self._limit,
            template=self._template is not None,
            template_tools=self._template is not None and self._template.knows_tools,
            scores=model.seekable,
        )

    def run(self) -> None:
        """Work for ever; the inbox ends the process."""
        while True:
            while not self._inbox.commands.empty() or not self._jobs:
                self._accept(self._inbox.commands.get())
            self._step()

    def _accept(self, command: frames.Command) -> None:
        if isinstance(command, frames.Cancel):
            self._cancel(command.id)
            return
        try:
            if isinstance(command, frames.Count):
                tokens = len(self._model.tokenize(command.text, special=False, bos=False))
                self.send(frames.Counted(command.id, tokens))
                return
            steps = self._generate(command) if isinstance(command, frames.Generate) else self._score(command)
        except RefusedError as refusal:
            self.send(frames.Failed(command.id, str(refusal)))
            return
        self._jobs.append(Job(command.id, steps, min((job.spent for job in self._jobs), default=0.0)))

    def _cancel(self, number: int) -> None:
        job = next((job for job in self._jobs if job.id == number), None)
        if job:
            job.steps.close()
            self._end(job)

    def _step(self) -> None:
        """Let the job that had least of the engine compute one batch."""
        ready = [job for job in self._jobs if not job.waiting] or self._jobs
        job = min(ready, key=lambda job: job.spent)
        started = time.monotonic()
        self._inbox.run(job.id)
        try:
            job.waiting = not next(job.steps)
        except StopIteration:
            self._end(job)
        except AbortedError:
            self._end(job)
        except RefusedError as refusal:
            self._end(job, str(refusal))
        except Exception as error:  # noqa: BLE001  one job's defect must not take the others' work with it
            self._end(job, f"The engine failed on this request: {type(error).__name__}: {error}.")
        finally:
            self._inbox.run(None)
            job.spent += time.monotonic() - started

    def _end(self, job: Job, failure: str | None = None) -> None:
        self._jobs.remove(job)
        for other in self._jobs:
            other.waiting = False
        self.send(frames.Failed(job.id, failure) if failure else frames.Done(job.id))

    def _generate(self, command: frames.Generate) -> Generator[bool, None, None]:
        request = command.request
        prompt = self._prompt(request)
        return Generation(
            self._model,
            self._room,
            prompt,
            request,
            lambda delta: self.send(frames.Piece(command.id, delta)),
        ).steps()

    def _prompt(self, request: Request) -> Tokens:
        if request.prompt is not None:
            return self._model.tokenize(request.prompt, special=True, bos=self._model.adds_bos)
        if self._template is None:
            raise RefusedError(
                "The model file has no chat template; only raw prompts can be continued with it."
            )
        try:
            text = self._template.render(request.messages, request.tools, thinking=request.thinking)
        except UnusableError as error:
            raise RefusedError(str(error)) from error
        return self._model.tokenize(text, special=True, bos=False)

    def _score(self, command: frames.Score) -> Generator[bool, None, None]:
        if not self._model.seekable:
            raise RefusedError("A recurrent model cannot score variants.")
        scoring = Scoring(self._model, command.base, command.variants, command.window)
        scoring.limit(self._limit)
        return self._score_steps(command.id, scoring)

    def _score_steps(self, number: int, scoring: Scoring) -> Generator[bool, None, None]:
        while self._scoring is not None:
            yield False
        self._scoring = number
        try:
            context = self._score_context(scoring.cells(self._load.batch))
            for _ in scoring.steps(context, self._base):
                yield True
        finally:
            self._scoring = None
        self.send(frames.Scored(number, tuple(scoring.ratios.tolist()), scoring.tokens))

    def _score_context(self, cells: int) -> Context:
        """A context of its own: stale cells of long prompts would cost every short variant."""
        if self._scores is None or self._scores.cells < cells:
            if self._scores:
                self._scores.close()
            self._scores, self._base = None, BaseText()
            size = max(1024, 1 << (cells - 1).bit_length())
            self._scores = self._context(size, SCORE_SEQUENCES)
        return self._scores


def _template(model: Model) -> ChatTemplate | None:
    """The chat template, or None where the file has none that can be used."""
    if model.template is None:
        return None

    bos, eos = c.llama_vocab_bos(model.vocabulary), c.llama_vocab_eos(model.vocabulary)
    try:
        return ChatTemplate(model.template, bos=model.text_of(bos), eos=model.text_of(eos))
    except UnusableError:
        return None


def main() -> int:
    """Load, say so, and serve. Returns an exit status when the first frame could not be done."""
    out = os.dup(1)
    os.dup2(2, 1)  # whatever C code prints must not land between our frames
    body = frames.read_frame(sys.stdin.buffer.read)
    if body is None:
        return 0
    first, log, abort = frames.decode_first(body), Log(), Abort()
    try:
        if isinstance(first, frames.Quantize):
            quantize(first.source, first.target, first.kind, first.threads, log)
            os.write(out, frames.frame(frames.Done(0)))
            return 0
        inbox = Inbox(abort)
        worker = Worker(Model(first.path, log), first, inbox, abort, out)
        worker.try_out()
    except RefusedError as refusal:
        os.write(out, frames.frame(frames.Failed(0, str(refusal))))
        return 1
    worker.send(worker.ready())
    inbox.start()
    worker.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
