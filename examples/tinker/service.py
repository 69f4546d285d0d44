"""What the server does, without HTTP. Each method takes a request's fields and gives an answer. Standard library only.

A model's requests run in the order of their seq_id; one that comes early waits for those before it.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from examples.tinker.bigram import ADAM, Bigram
from examples.tinker.fields import Fields, refused
from examples.tinker.futures import Futures
from examples.tinker.habits import Habits
from examples.tinker.records import Checkpoint, Model, Session
from examples.tinker.texts import UsersFault, loss_of, sampled, sequence, tokens_of

BASE_MODEL: Final = "toy/bigram"
EVENTS: Final = frozenset({"GENERIC_EVENT", "SESSION_START", "SESSION_END", "UNHANDLED_EXCEPTION"})

Said = dict[str, Any]


class Service:
    """All of it. `owner` is the key that a request came with."""

    def __init__(self, habits: Habits) -> None:
        self.habits = habits
        self.sessions: dict[str, Session] = {}
        self.models: dict[str, Model] = {}
        self.checkpoints: dict[str, Checkpoint] = {}
        self.samplers: dict[str, tuple[Bigram, str | None]] = {}
        self.futures = Futures(habits)
        self.events: list[Said] = []

    # -- the service ---------------------------------------------------------------------------------------------------

    def health(self, _: Fields, __: str) -> Said:
        return {"status": "ok"}

    def capabilities(self, _: Fields, __: str) -> Said:
        known = {"model_name": BASE_MODEL, "max_context_length": 4096, "trainable": True, "sampleable": True}
        return {"supported_models": [known]}

    def telemetry(self, body: Fields, _: str) -> Said:
        for name in ("session_id", "platform", "sdk_version"):
            body.need(name, "a string")
        events = body.each("events")
        if len(events) > 100 or any(one.need("event", "a string") not in EVENTS for one in events):
            raise body.wrong("events", f"must be at most 100, each one of {', '.join(sorted(EVENTS))}")
        self.events += [one.value for one in events]
        return {"status": "accepted"}

    # -- sessions ------------------------------------------------------------------------------------------------------

    def create_session(self, body: Fields, owner: str) -> Said:
        body.need("tags", "a list")
        body.need("sdk_version", "a string")
        body.get("user_metadata", "an object")
        made = Session(f"sess-{len(self.sessions) + 1}", owner)
        self.sessions[made.id] = made
        told = {"info_message": "this server's model knows letters alone", "warning_message": None}
        return {"type": "create_session", "session_id": made.id, **told, "error_message": None}

    def _session(self, id: str) -> Session:
        if id not in self.sessions:
            raise refused(404, f"there is no session {id}")
        return self.sessions[id]

    def heartbeat(self, body: Fields, _: str) -> Said:
        if self._session(body.need("session_id", "a string")).finished:
            raise refused(410, "the session is over")
        return {"type": "session_heartbeat"}

    def list_sessions(self, query: Fields, owner: str) -> Said:
        found = query.visible(owner, list(self.sessions.values()))
        return {"sessions": query.page("sessions", 20, [one.id for one in found])["sessions"]}

    def get_session(self, query: Fields, owner: str, id: str) -> Said:
        if not (found := query.visible(owner, [self._session(id)])):
            raise refused(403, f"session {id} is somebody else's")
        return {"training_run_ids": found[0].models, "sampler_ids": found[0].samplers}

    # -- models --------------------------------------------------------------------------------------------------------

    def create_model(self, body: Fields, owner: str) -> Said:
        session = self._session(body.need("session_id", "a string"))
        base, number = body.need("base_model", "a string"), body.need("model_seq_id", "an integer")
        if base != BASE_MODEL:
            raise refused(404, f"there is no model {base}; there is {BASE_MODEL}")
        id = f"{session.id}:train:{number}"
        if id not in self.models:
            self.models[id] = Model(id, owner, base, body.get("lora_config", "an object", {}))
            session.models.append(id)
        return self.futures.done({"type": "create_model", "model_id": id})

    def _model(self, id: str) -> Model:
        if id not in self.models:
            raise refused(404, f"there is no model {id}")
        return self.models[id]

    def get_info(self, body: Fields, _: str) -> Said:
        model = self._model(body.need("model_id", "a string"))
        return {
            "type": "get_info",
            "model_data": {"arch": "bigram", "model_name": model.base, "tokenizer_id": "ascii"},
            "model_id": model.id,
            "is_lora": bool(model.lora),
            "lora_rank": model.lora.get("rank"),
            "model_name": model.base,
        }

    def unload_model(self, body: Fields, _: str) -> Said:
        model = self.models.pop(self._model(body.need("model_id", "a string")).id)
        return self.futures.done({"type": "unload_model", "model_id": model.id})

    # -- training: each is a job that runs in its turn -----------------------------------------------------------------

    def _submit(self, body: Fields, kind: str, job: Callable[[Model], Said]) -> Said:
        """A job of a model; the same one again is known by its seq_id."""
        model = self._model(body.need("model_id", "a string"))
        number = body.get("seq_id", "an integer", max(model.known, default=0) + 1)
        said = json.dumps([kind, body.value], sort_keys=True)
        if number in model.known:
            request_id, before = model.known[number]
            if said != before:
                raise refused(409, f"seq_id {number} was another request")
            return {"request_id": request_id, "model_id": model.id}
        if kind == "load_weights" and number != 1:
            raise refused(400, f"LoadWeights is not permitted with seq_id {number}")
        future = model.waiting[number] = self.futures.begun(lambda: job(model))
        model.known[number] = (future.id, said)
        model.used = datetime.now(UTC)
        while model.next in model.waiting:
            model.waiting.pop(model.next).run()
            model.next += 1
        return {"request_id": future.id, "model_id": model.id}

    def forward(self, body: Fields, _: str) -> Said:
        given = body.inner("forward_input")
        return self._submit(body, "forward", lambda model: loss_of(model.weights, given, backward=False))

    def forward_backward(self, body: Fields, _: str) -> Said:
        given = body.inner("forward_backward_input")
        return self._submit(body, "forward_backward", lambda model: loss_of(model.weights, given, backward=True))

    def optim_step(self, body: Fields, _: str) -> Said:
        said = Fields(body.get("adam_params", "an object", {}), where="body.adam_params")
        adam = {name: said.get(name, "a number", usual) for name, usual in ADAM.items()}

        def job(model: Model) -> Said:
            if not model.weights.gradients:
                raise UsersFault("there are no gradients: forward_backward comes first")
            return {"metrics": {"grad_norm": model.weights.step(adam)}}

        return self._submit(body, "optim_step", job)

    # -- weights -------------------------------------------------------------------------------------------------------

    def save_weights(self, body: Fields, _: str) -> Said:
        def job(model: Model) -> Said:
            return {"type": "save_weights", "path": self._keep(body, model, "weights").path}

        return self._submit(body, "save_weights", job)

    def save_weights_for_sampler(self, body: Fields, _: str) -> Said:
        number = body.get("sampling_session_seq_id", "an integer")
        if number is not None and body.get("path", "a string") is not None:
            raise body.wrong("path", "must not be there beside sampling_session_seq_id")

        def job(model: Model) -> Said:
            said: Said = {"type": "save_weights_for_sampler", "path": None, "sampling_session_id": None}
            if number is None:
                return {**said, "path": self._keep(body, model, "sampler_weights").path}
            session = self._session(model.id.partition(":")[0])
            weights = model.weights.copy(optimizer=False)
            return {**said, "sampling_session_id": self._sampler(session, number, weights, None)}

        return self._submit(body, "save_weights_for_sampler", job)

    def _keep(self, body: Fields, model: Model, kind: str) -> Checkpoint:
        """Save weights under the name that is asked for, or a new one."""
        name = body.get("path", "a string") or f"{len(self.checkpoints) + 1:06}"
        seconds, now = body.get("ttl_seconds", "an integer"), datetime.now(UTC)
        expires = now + timedelta(seconds=seconds) if seconds else None
        weights = model.weights.copy(optimizer=kind == "weights")
        made = Checkpoint(model.id, kind, name, weights, now, expires)
        if made.path in self.checkpoints:
            raise UsersFault(f"{made.path} is there already")
        self.checkpoints[made.path] = made
        return made

    def load_weights(self, body: Fields, _: str) -> Said:
        path, optimizer = body.need("path", "a string"), body.need("optimizer", "true or false")

        def job(model: Model) -> Said:
            if path not in self.checkpoints:
                raise UsersFault(f"there is nothing at {path}")
            model.weights = self.checkpoints[path].weights.copy(optimizer=optimizer)
            return {"type": "load_weights", "path": path, "model_id": model.id}

        return self._submit(body, "load_weights", job)

    def saved(self, path: str) -> Checkpoint:
        """What is at a path."""
        if path not in self.checkpoints:
            raise refused(404, f"there is nothing at {path}")
        return self.checkpoints[path]

    def weights_info(self, body: Fields, _: str) -> Said:
        found = self.saved(body.need("tinker_path", "a string"))
        lora = self._model(found.run).lora
        trained = {name: lora.get(name, True) for name in ("train_unembed", "train_mlp", "train_attn")}
        return {"base_model": BASE_MODEL, "is_lora": bool(lora), "lora_rank": lora.get("rank"), **trained}

    # -- what was trained ----------------------------------------------------------------------------------------------

    def _of_run(self, id: str) -> list[Checkpoint]:
        return [one for one in self.checkpoints.values() if one.run == id]

    def _run(self, model: Model) -> Said:
        last = {one.kind: one.told() for one in self._of_run(model.id)}
        return {
            "training_run_id": model.id,
            "base_model": model.base,
            "model_owner": model.owner.removeprefix("tml-"),
            "is_lora": bool(model.lora),
            "lora_rank": model.lora.get("rank"),
            "last_request_time": model.used.isoformat(),
            "last_checkpoint": last.get("weights"),
            "last_sampler_checkpoint": last.get("sampler_weights"),
            "user_metadata": None,
        }

    def list_runs(self, query: Fields, owner: str) -> Said:
        found = query.visible(owner, list(self.models.values()))
        return query.page("training_runs", 20, [self._run(one) for one in found])

    def get_run(self, _: Fields, __: str, id: str) -> Said:
        return self._run(self._model(id))

    def run_checkpoints(self, _: Fields, __: str, id: str) -> Said:
        return {"checkpoints": [one.told() for one in self._of_run(id)], "cursor": None}

    def list_checkpoints(self, query: Fields, _: str) -> Said:
        return query.page("checkpoints", 100, [one.told() for one in self.checkpoints.values()])

    def publish(self, found: Checkpoint, *, public: bool) -> None:
        """Show a checkpoint to everybody, or to nobody else."""
        if found.public == public:
            raise refused(409, f"the checkpoint is already {'public' if public else 'private'}")
        found.public = public

    # -- sampling ------------------------------------------------------------------------------------------------------

    def _sampler(self, session: Session, number: int, weights: Bigram, path: str | None) -> str:
        id = f"{session.id}:sample:{number}"
        if id not in self.samplers:
            self.samplers[id] = (weights, path)
            session.samplers.append(id)
        return id

    def create_sampling_session(self, body: Fields, _: str) -> Said:
        session = self._session(body.need("session_id", "a string"))
        number = body.need("sampling_session_seq_id", "an integer")
        id = self._sampler(session, number, *self._weights(body))
        return {"type": "create_sampling_session", "sampling_session_id": id}

    def _weights(self, body: Fields) -> tuple[Bigram, str | None]:
        base, path = body.get("base_model", "a string"), body.get("model_path", "a string")
        if (base is None) == (path is None):
            raise body.wrong("base_model", "or model_path must be there, and not both")
        return (self.saved(path).weights, path) if path else (Bigram(), None)

    def get_sampler(self, _: Fields, __: str, id: str) -> Said:
        if id not in self.samplers:
            raise refused(404, f"there is no sampler {id}")
        return {"sampler_id": id, "base_model": BASE_MODEL, "model_path": self.samplers[id][1]}

    def _sampled_from(self, body: Fields) -> tuple[Bigram, str]:
        """The weights, and what the request is known by if it comes again."""
        id = body.get("sampling_session_id", "a string")
        if id is None:
            return self._weights(body)[0], ""
        number = body.need("seq_id", "an integer")
        if id not in self.samplers:
            raise refused(404, f"there is no sampler {id}")
        return self.samplers[id][0], f"{id}:{number}"

    def sample(self, body: Fields, *, may_refuse: bool) -> Said:
        """The promise of a sample; one too many is refused where the caller has said that it may be."""
        weights, known = self._sampled_from(body)
        waiting = sum(one.samples and not one.fetched for one in self.futures.all.values())
        if may_refuse and known not in self.futures.all and waiting >= self.habits.most_samples:
            raise refused(429, "too many samples wait to be fetched")
        future = self.futures.begun(lambda: sampled(weights, body), known, samples=True)
        future.run()
        return {"request_id": future.id}

    def stream(self, body: Fields) -> Iterator[Said]:
        """The events of a streamed sample."""
        weights, _ = self._sampled_from(body)
        prompt, params = tokens_of(body.inner("prompt")), body.inner("sampling_params")
        for number in range(body.get("num_samples", "an integer", 1)):
            for index, (token, logprob, reason) in enumerate(sequence(weights, prompt, params, number)):
                if index == self.habits.stream_breaks_after:
                    yield {"error": "the sampler was pre-empted"}
                    return
                end = {"finish_reason": reason, "total_tokens": index + 1} if reason else {}
                yield {"token": chr(token), "token_id": token, "index": index, "logprob": logprob, **end}
