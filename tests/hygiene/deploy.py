#!/usr/bin/env python3
"""What stands in deploy/: the unit, the manifests, the alerts and the dashboard are well-formed, agree with each other
and with the program, and ask for metrics that there are.

Looks deeper where systemd-analyze and promtool are installed.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

try:
    import yaml
except ImportError:
    yaml = None

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
problems = []


def expect(condition, what):
    if not condition:
        problems.append(what)


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def metrics():
    """Every name of a sample that the program can show."""
    source = read("include/pgsync/observe/metrics_text.hpp")
    names = set(re.findall(r'"((?:pgsync|process)_[a-z_]+)"', source))
    return names | {f"{name}_{part}" for name in names for part in ("bucket", "sum", "count")}


def check_expressions(where, expressions):
    known = metrics()
    for each in expressions:
        used = set(re.findall(r"\b(?:pgsync|process)_[a-z_]+", each))
        expect(used and used <= known, f"{where}: {each} asks for {used - known or 'nothing'}")


def promtool(*arguments):
    if shutil.which("promtool"):
        done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, check=False, text=True)
        expect(done.returncode == 0, f"promtool {arguments[0]}: {done.stdout}{done.stderr}")


def check_dashboard():
    board = json.loads(read("deploy/grafana/pgsync.json"))
    ids, taken = set(), set()
    expressions = []
    # What Grafana's own schema asks for of these panels; the server would fill it in, other readers refuse to.
    wanted = {"stat": {"colorMode", "graphMode", "justifyMode", "orientation", "percentChangeColorMode",
                       "reduceOptions", "showPercentChange", "textMode", "wideLayout"},
              "timeseries": {"legend", "tooltip"}}
    for panel in board["panels"]:
        expect(panel["id"] not in ids, f"dashboard: two panels of id {panel['id']}")
        ids.add(panel["id"])
        at = panel["gridPos"]
        expect(at["x"] + at["w"] <= 24, f"dashboard: {panel['title']} is too wide")
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        expect(not cells & taken, f"dashboard: {panel['title']} lies over another")
        taken |= cells
        expect(set(panel["options"]) == wanted[panel["type"]], f"dashboard: {panel['title']} has other options")
        references = [target["refId"] for target in panel["targets"]]
        expect(len(set(references)) == len(references) > 0, f"dashboard: {panel['title']} repeats a refId")
        expressions += [target["expr"] for target in panel["targets"]]
    variables = {each["name"] for each in board["templating"]["list"]} | {"__rate_interval"}
    for each in expressions:
        expect(set(re.findall(r"\$(\w+)", each)) <= variables, f"dashboard: {each} has an unknown variable")
        expect('job=~"$job"' in each, f"dashboard: {each} is of every program")
    check_expressions("dashboard", expressions)
    plain = [each.replace("$__rate_interval", "1m").replace("$job", ".*") for each in expressions]
    with tempfile.NamedTemporaryFile("w", suffix=".yml", encoding="utf-8") as file:
        json.dump({"groups": [{"name": "d", "rules": [{"record": f"panel:{i}", "expr": each} for i, each in enumerate(plain)]}]}, file)
        file.flush()
        promtool("check", "rules", file.name)


def check_rules():
    rules, tests = read("deploy/prometheus/pgsync.rules.yml"), read("deploy/prometheus/pgsync.rules.test.yml")
    check_expressions("alerts", re.findall(r"expr: (.*)", rules))
    # An alert that no test expects to fire may be one that never does.
    alerts = set(re.findall(r"alert: (\w+)", rules))
    fire = set(re.findall(r"alertname: (\w+),?\s+exp_alerts:", tests))
    expect(alerts == fire, f"alerts: no test makes {alerts - fire} fire")
    promtool("check", "rules", DEPLOY / "prometheus" / "pgsync.rules.yml")
    promtool("test", "rules", DEPLOY / "prometheus" / "pgsync.rules.test.yml")


def seconds_to_stop():
    return int(re.search(r"stop_timeout\{(\d+)\}", read("include/pgsync/base/options.hpp"))[1])


def check_unit():
    unit = DEPLOY / "systemd" / "pgsync@.service"
    text = unit.read_text(encoding="utf-8")
    said = dict(line.split("=", 1) for line in text.splitlines() if re.match(r"[A-Z]\w*=", line))
    for name, value in {"Type": "notify", "Restart": "on-failure", "RestartPreventExitStatus": "2",
                        "EnvironmentFile": "/etc/pgsync/%i.env", "DynamicUser": "yes", "NoNewPrivileges": "yes"}.items():
        expect(said.get(name) == value, f"unit: {name}={said.get(name)}")
    expect(int(said["TimeoutStopSec"]) > seconds_to_stop(), "unit: it is killed before it has stopped")
    if shutil.which("systemd-analyze"):
        # An instance named after a program that every machine has, so that it is found.
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / "pgsync@true.service"
            copy.write_text(text.replace("/usr/local/bin/%i", "/usr/bin/%i"), encoding="utf-8")
            done = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, check=False, text=True)
            complaints = [line for line in done.stderr.splitlines() if "pgsync@" in line]
            expect(not complaints, f"systemd-analyze: {complaints}")


def check_environment():
    """Every PGSYNC_ variable of an example is an option."""
    table = set(re.findall(r"`(PGSYNC_[A-Z_]+)`", read("docs/configuration.md")))
    for path in ("deploy/systemd/airbnb.env", "deploy/kubernetes/pgsync.yaml"):
        for name in re.findall(r"\b(PGSYNC_[A-Z_]+)\s*[=:]", read(path)):
            expect(name in table, f"{path}: {name} is no option")


def check_kubernetes():
    if yaml is None:
        print("without PyYAML the manifests are not looked at")
        return
    objects = list(yaml.safe_load_all(read("deploy/kubernetes/pgsync.yaml")))
    by_kind = {each["kind"]: each for each in objects}
    expect(set(by_kind) == {"Secret", "ConfigMap", "Deployment", "PodDisruptionBudget", "NetworkPolicy"},
           f"kubernetes: {set(by_kind)}")
    deployment, budget = by_kind["Deployment"]["spec"], by_kind["PodDisruptionBudget"]["spec"]
    pod = deployment["template"]["spec"]
    container, = pod["containers"]
    labels = deployment["template"]["metadata"]["labels"]
    policy = by_kind["NetworkPolicy"]["spec"]
    for selector in (deployment["selector"], budget["selector"], policy["podSelector"], pod["topologySpreadConstraints"][0]["labelSelector"]):
        expect(selector["matchLabels"].items() <= labels.items(), f"kubernetes: {selector} finds no pod")
    expect(deployment["replicas"] == 2 and budget["minAvailable"] < 2, "kubernetes: no copy may ever be moved")
    expect(pod["terminationGracePeriodSeconds"] > seconds_to_stop(), "kubernetes: it is killed before it has stopped")
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    expect([each["port"] for rule in policy["ingress"] for each in rule["ports"]] == ["metrics"] and
           policy["policyTypes"] == ["Ingress"], "kubernetes: the policy lets in something else than who reads metrics")
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = container[probe]["httpGet"]
        expect(asked["path"] == "/health" and asked["port"] in ports, f"kubernetes: {probe} asks {asked}")
    said = by_kind["ConfigMap"]["data"]
    expect(said["PGSYNC_METRICS"].endswith(f":{ports['metrics']}"), "kubernetes: the metrics listen elsewhere")
    expect(deployment["template"]["metadata"]["annotations"]["prometheus.io/port"] == str(ports["metrics"]),
           "kubernetes: Prometheus asks elsewhere")
    sources = [*container["envFrom"]]
    expect({(kind, each[kind]["name"]) for each in sources for kind in each} ==
           {("configMapRef", by_kind["ConfigMap"]["metadata"]["name"]), ("secretRef", by_kind["Secret"]["metadata"]["name"])},
           "kubernetes: the environment is not all there")
    expect(not any("PASSWORD" in name or "KEY" in name for name in said), "kubernetes: a secret in the ConfigMap")
    expect(container["args"][0] == "sync" and pod["securityContext"]["runAsNonRoot"], "kubernetes: not as a user")
    compose = yaml.safe_load(read("docker-compose.yml"))["services"]["airbnb"]
    expect(int(compose["stop_grace_period"].rstrip("s")) > seconds_to_stop(), "compose: it is killed before it has stopped")
    expect(re.search(r"^USER 65534:65534$", read("examples/airbnb/Dockerfile"), re.M), "Dockerfile: it runs as root")


for check in (check_dashboard, check_rules, check_unit, check_environment, check_kubernetes):
    check()
print("\n".join(problems) or "deploy/ is in order")
sys.exit(1 if problems else 0)
