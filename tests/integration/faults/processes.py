"""The program killed."""

import threading

from proxy import SILENCE, Once
from stage import fault


@fault("program killed")
def program_killed(stage):
    def kill_load(child):
        stage.program.kill(child)
        stage.count("SIGKILL during the load")

    stage.load(kill_load, most=5)

    def kill():
        how = stage.rng.randrange(3)
        if how == 0:
            stage.kill_sync()
            stage.count("SIGKILL at a random moment of sync")
        else:
            kill_around_answer(stage, held=how == 1)
        stage.wait(stage.rng.choice([0, 0, stage.rng.uniform(0, 0.7)]))

    def restarting():
        kill()
        stage.start_sync()

    stage.follow(restarting, pause=(0.1, 1.0), least=6)


def kill_around_answer(stage, held):
    """Between the moment that the cluster has done a bulk and the moment that its slot is confirmed."""
    done = threading.Event()

    def work(request, forward, rng):
        answer = forward(request)
        done.set()
        return SILENCE if held else answer

    stage.rules.rule = Once(stage.rng.random(), work)
    if done.wait(5):
        if not held:
            stage.wait(stage.rng.uniform(0, 0.06))
        stage.kill_sync()
        stage.count("SIGKILL with a bulk done and its answer held" if held else "SIGKILL just after a bulk's answer")
    else:
        stage.kill_sync()
        stage.count("SIGKILL at a random moment of sync")
    stage.rules.rule = None
