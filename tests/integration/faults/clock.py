"""The wall clock of the program's machine jumps."""

import glob

from stage import Failed, fault


@fault("clock jumps")
def jumps(stage):
    libraries = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    if not libraries:
        raise Failed("faketime is not installed; run scripts/install.sh --tests")
    clock = stage.folder / "clock"
    clock.write_text("+0\n")
    fake = {
        "LD_PRELOAD": libraries[0],
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        # A clock that only ever runs forward is what the system promises, whatever is done to the other.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    before = stage.program.environment
    stage.program.environment = {**before, **fake}

    def jump(child=None):
        offset = stage.rng.choice([-1, 1]) * stage.rng.choice([1, 60, 3600, 86400, 3 * 365 * 86400, 20 * 365 * 86400])
        clock.write_text(f"{offset:+d}\n")
        stage.count("jump " + ("during the load" if child else "during sync"))
        if child is None and stage.rng.random() < 0.2:
            # A successor by a clock of its own.
            stage.kill_sync()
            stage.start_sync()

    try:
        stage.kill_sync()
        stage.load(jump, most=6, pause=(0.05, 0.3))
        stage.start_sync()
        stage.follow(jump, pause=(0.05, 0.4), least=10)
        stage.compare()
    finally:
        stage.program.environment = before
        stage.kill_sync()
