"""The connections to either server: cut, frozen, delayed, narrow, reset."""

from stage import fault


def faults_of(stage, proxy, short):
    """Each kind of fault, and what it does when it is over."""

    def cut():
        proxy.cut()

    def refused():
        proxy.refusing = True
        proxy.cut()
        stage.wait(stage.rng.uniform(0.1, 1.0))
        proxy.refusing = False

    def frozen():
        proxy.freeze()
        stage.wait(stage.rng.uniform(0.3, 2.0))
        proxy.thaw()

    def frozen_for_good():
        proxy.forget()

    def delayed():
        proxy.delay = stage.rng.uniform(0.02, 0.3)
        stage.wait(short)
        proxy.delay = 0.0

    def narrow():
        proxy.bandwidth = stage.rng.choice([20_000, 100_000, 400_000])
        stage.wait(short)
        proxy.bandwidth = None

    def reset_mid_response():
        proxy.reset_within(stage.rng.choice([1, 30, 1_000, 10_000, stage.rng.randrange(1, 300_000)]))

    return {
        "cut": cut,
        "cut and refused for a while": refused,
        "frozen for a while": frozen,
        "frozen for good": frozen_for_good,
        "delayed": delayed,
        "limited in bandwidth": narrow,
        "reset in the middle of an answer": reset_mid_response,
    }


def play(stage, proxy):
    faults = faults_of(stage, proxy, 1.0)
    turns = []

    def inject(where):
        # Every one of them, in an order of its own, before any comes again.
        if not turns:
            turns.extend(stage.rng.sample(sorted(faults), len(faults)))
        name = turns.pop()
        faults[name]()
        stage.count(f"{name}, {where}")

    stage.load(lambda child: inject("during the load"), most=len(faults))
    turns.clear()
    stage.follow(lambda: inject("during sync"), least=len(faults))


@fault("connection to the database")
def to_the_database(stage):
    play(stage, stage.database_side)


@fault("connection to the cluster")
def to_the_cluster(stage):
    play(stage, stage.search_side)
