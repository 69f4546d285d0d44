"""A small training run through the dynamic client, against server.py in a process of its own. It takes a second.

The model learns which letter follows which in one sentence, and then says it. What the server does later has a handle,
as the manifest says. However this ends, the server ends with it: its stdin is a pipe that only this process holds.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pristine

HERE: Final = Path(__file__).resolve().parent
SENTENCE: Final = "the quick brown fox"
STEPS: Final = 8
PATIENCE: Final = 30.0
"""Seconds that a result may take."""


def tokens(text: str) -> dict[str, Any]:
    """A text as the input of this server's model, whose tokens are letters."""
    return {"chunks": [{"tokens": [ord(letter) for letter in text]}]}


def datum(text: str) -> dict[str, Any]:
    """A text to learn: after each letter the next one."""
    targets = {"data": [ord(letter) for letter in text[1:]], "dtype": "int64", "shape": [len(text) - 1]}
    return {"model_input": tokens(text[:-1]), "loss_fn_inputs": {"target_tokens": targets}}


def train(client: Any, model_id: str) -> Iterator[float]:
    """The loss of each step."""
    for step in range(STEPS):
        learned = client.training.forward_backward_future(
            model_id=model_id,
            forward_backward_input={"data": [datum(SENTENCE)], "loss_fn": "cross_entropy"},
            seq_id=2 * step + 1,
        )
        stepped = client.training.optim_step_future(
            model_id=model_id, adam_params={"learning_rate": 1.0}, seq_id=2 * step + 2
        )
        yield learned.result(PATIENCE).metrics["loss:sum"]
        stepped.result(PATIENCE)


def demonstrate(url: str, key: str) -> None:
    """A session, a model, some training, a checkpoint, a sample, and the same as a stream."""
    manifest = pristine.load_manifest_file(HERE / "manifest.yaml")
    context = pristine.context(base_url=url, credentials={"key": key})
    with pristine.Client(manifest, context) as client:
        base = client.service.capabilities().supported_models[0].model_name
        session = client.sessions.create(tags=["demo"], sdk_version="0.1")
        print(f"session      {session.session_id}: {session.info_message}")
        made = client.models.create_future(
            session_id=session.session_id, model_seq_id=0, base_model=base, lora_config={"rank": 8}
        )
        model_id = made.result(PATIENCE).model_id
        print(f"model        {model_id}, from {base}")
        for step, loss in enumerate(train(client, model_id), 1):
            print(f"step {step}       loss {loss:6.2f}")
        sample(client, session.session_id, model_id)
        for run in client.training_runs.list():
            saved = run.last_sampler_checkpoint
            print(f"saved        {saved.tinker_path}, {saved.size_bytes} bytes")


def sample(client: Any, session_id: str, model_id: str) -> None:
    """Save the weights, and let them speak: at once, and token by token."""
    saving = client.weights.save_for_sampler_future(model_id=model_id, path="demo", seq_id=2 * STEPS + 1)
    saved = saving.result(PATIENCE)
    sampler = client.sampling.create_session(
        session_id=session_id, sampling_session_seq_id=0, model_path=saved.path
    ).sampling_session_id
    asked = {
        "prompt": tokens("t"),
        "sampling_params": {"max_tokens": 10, "temperature": 0},
        "sampling_session_id": sampler,
    }
    found = client.sampling.sample_future(**asked, seq_id=0).result(PATIENCE).sequences[0]
    print(f"sample       t{''.join(map(chr, found.tokens))} ({found.stop_reason})")
    print("stream       t", end="")
    with client.sampling.stream(**asked, seq_id=1) as response:
        for item in response.items():
            print(item.token, end=f" ({item.total_tokens} tokens)\n" if item.finish_reason else "", flush=True)


@contextmanager
def tinker_server() -> Iterator[str]:
    """Run server.py; gives its URL."""
    command, pipe = [sys.executable, "-m", "examples.tinker.server"], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=HERE.parents[1]) as server:
        try:
            url = server.stdout.readline().strip() if server.stdout else ""
            if not url:
                raise SystemExit("the server did not start")
            yield url
        finally:
            server.kill()


def main() -> None:
    """Run the demo; exits with 0 only if all of it worked."""
    with tinker_server() as url:
        try:
            demonstrate(url, "tml-demo")
        except pristine.PristineError as error:
            raise SystemExit(f"\nthe demo failed: {error!r}") from error


if __name__ == "__main__":
    main()
