#!/usr/bin/env python3
"""Holds the engine beside what its users would pick instead: whole processes in turn, medians of ratios per round.

  peers.py --peers DIR [--jobs NAMES] [--size SIZES] [--runs N] [--record]

DIR is the folder of peer benchmarks: `run_peer.sh`, `gen.py` (makes missing data) and `peers/rfm_check.py`. Environment:
PEERBENCH_DATA (where the data is or will be), PEERBENCH_PYTHON (a python that has the peers). Prints the table; --record
also puts it into benches/README.md and adds a line to benches/history.jsonl. Exit 1 when a ratio misses its target or an
output disagrees with a peer's: a time counts only when the facts of every customer are the same.
"""
import argparse, datetime, json, os, pathlib, platform, re, shlex, shutil, statistics, subprocess, sys, tempfile, tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
# Job: sizes, peers, what is compared, ratio to reach.
JOBS = {
    "rfm-parquet": (["1m", "10m", "50m"], ["duckdb-2level", "polars-2level"], "wall", {"1m": 0.5, "10m": 0.6, "50m": 0.6}),
    "rfm-csv": (["1m", "10m", "50m"], ["duckdb-2level", "polars-strptime-2level"], "wall", {"1m": 0.5, "10m": 0.6, "50m": 0.6}),
    "memory": (["50m"], ["duckdb"], "rss", {"50m": 0.8, "10m": 0.8, "1m": 0.8}),
    "kmeans-fixed": (["1m", "5m"], ["lloyd", "intelex"], "fit", {"1m": 0.4, "5m": 0.4}),
    "kmeans-full": (["1m"], ["lloyd", "intelex"], "fit", {"1m": 0.4}),
    "whole": (["10m"], ["rfm-only"], "wall", {"1m": 2.5, "10m": 2.5, "50m": 2.5}),
    "growth": (["50m"], ["a fifth of them"], "rss", {"50m": 1.2, "5m": 1.2}),
}
UNITS = {"wall": "s", "rss": "MiB", "fit": "s"}
RFM_STAGES = "activity,rfm,satisfaction"
# Cores that other processes may use before a figure is worth little.
QUIET = 0.1
MARKERS = ("<!-- peers: begin -->", "<!-- peers: end -->")

# The job of the peers in our words. They score frequency by plain rank, and do not fade answers.
CONFIG = """
[run]
output = "results"
as_of = "2026-01-01"
[transactions]
files = ["{tx}"]
[transactions.columns]
customer_id = "customer_id"
order_id = "order_id"
ordered_at = "timestamp"
quantity = "quantity"
unit_price = "unit_price"
[transactions.rules]
skip_when = {{ column = "quantity", at_most = 0 }}
[[surveys]]
files = ["{surveys}"]
[surveys.columns]
customer_id = "customer_id"
responded_at = "timestamp"
[[surveys.items]]
column = "score"
measures = "satisfaction"
scale = [1, 5]
[rfm]
frequency_method = "strict_worse"
[satisfaction]
fade = false
half_life_days = 1e9
max_age_days = 100000
{publish}
"""

# Our customers in the peers' shape: they score the moment of the last order, we its day; they state the mean answer,
# we its place on the scale.
AS_PEER = """
COPY (SELECT customer_id, make_timestamp(epoch_us(last_order_at)) AS last_ts, frequency, round(monetary, 2) AS monetary,
        ((rank() OVER (ORDER BY last_order_at) - 1) * 5) // count(*) OVER () + 1 AS r, f_score AS f, m_score AS m,
        rfm_segment AS segment,
        CASE WHEN satisfaction_answers > 0
          THEN round((1 + 4 * satisfaction_score) * satisfaction_answers) / satisfaction_answers END AS survey_score,
        satisfaction_answers AS survey_n
      FROM '{customers}' WHERE order_count > 0) TO '{out}' (FORMAT parquet)
"""


class Bench:
    """Programs, data and folders of one comparison."""

    def __init__(self, args):
        self.args = args
        self.peers = pathlib.Path(args.peers).resolve()
        self.python = os.environ.get("PEERBENCH_PYTHON", "python3")
        self.data = pathlib.Path(os.environ.get("PEERBENCH_DATA", self.peers / "data")).resolve()
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="moshtari-peers-", dir=args.scratch))
        self.log = self.work / "runs.jsonl"
        built = {} if args.moshtari and args.kmeans_fit else build()
        self.moshtari = args.moshtari or built["moshtari"]
        self.kmeans_fit = args.kmeans_fit or built["kmeans_fit"]

    def environment(self):
        return {**os.environ, "PEERBENCH_DATA": str(self.data), "PEERBENCH_PYTHON": self.python, "RUNS": str(self.args.runs),
                "PEERBENCH_LOG": str(self.log)}

    def need(self, kind, size):
        """Makes the peers' data where it is missing."""
        found = self.data / {"tx": f"tx_{size}/manifest.json", "kmeans": f"km_{size}/init8.npy"}[kind]
        if not found.exists():
            print(f"making {kind} {size}", file=sys.stderr)
            subprocess.run([self.python, self.peers / "gen.py", kind, size], env=self.environment(), check=True)

    def runs(self, words):
        """Runs a timing script; the runs it logged, by the last word of their name."""
        self.log.unlink(missing_ok=True)
        ended = subprocess.run([str(w) for w in words], env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        print(ended.stdout, file=sys.stderr)
        if not self.log.exists():
            sys.exit("nothing was measured")
        by_name = {}
        for line in self.log.read_text().splitlines():
            run = json.loads(line)
            by_name.setdefault(run["name"].split("/")[-1], []).append(run)
        return by_name

    def beside(self, job, size, peers, command):
        return self.runs(["bash", self.peers / "run_peer.sh", job, size, ",".join(peers), "--", *command])

    def in_turn(self, commands):
        """Our own programs against each other; the peers' stopwatch."""
        named = [f"{name}={shlex.join(str(w) for w in words)}" for name, words in commands.items()]
        return self.runs([self.python, self.peers / "measure.py", "-n", self.args.runs, "--warmup", 1, "--log", self.log, *named])

    def run(self, config, results, *more):
        """`moshtari run` into a fresh folder each time: a night published before is not computed again."""
        line = f'exec {shlex.quote(self.moshtari)} run -q -c {shlex.quote(str(config))} --output {shlex.quote(str(results))}/$$ "$@"'
        return ["sh", "-c", line, "sh", *more]

    def config(self, name, form, size, publish):
        folder = self.data / f"tx_{size}"
        tx, surveys = {"parquet": ("parquet/*.parquet", "surveys.parquet"), "csv": ("tx.csv", "surveys.csv")}[form]
        path = self.work / f"{name}-{size}.toml"
        path.write_text(CONFIG.format(tx=folder / tx, surveys=folder / surveys, publish=publish))
        return path

    def company(self, transactions, customers):
        """A company of our own generator, as Parquet."""
        folder = self.work / f"company-{transactions}"
        words = ["generate", folder, "--transactions", transactions, "--customers", customers, "--seed", 1, "--format", "parquet"]
        subprocess.run([self.moshtari, "-q", *map(str, words)], check=True)
        config = folder / "moshtari.toml"
        # To tell a row that stood before, every row has to be remembered; the job is about customers and orders.
        config.write_text(re.sub(r'(?m)^duplicates = "drop_exact".*$', "", config.read_text()))
        return config


def build():
    words = ["cargo", "build", "--release", "--bin", "moshtari", "--bench", "kmeans_fit", "--message-format=json"]
    made = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    messages = [json.loads(line) for line in made.splitlines() if line.startswith("{")]
    return {m["target"]["name"]: m["executable"] for m in messages if m.get("executable")}


def number(size):
    return int(size[:-1]) * {"k": 1_000, "m": 1_000_000}[size[-1]]


def rfm(bench, job, size):
    """Times the job beside its peers and compares every customer."""
    form = "csv" if job == "rfm-csv" else "parquet"
    peers = JOBS[job][1]
    bench.need("tx", size)
    results = bench.work / "results"
    config = bench.config(job, form, size, "[publish]\nsegments = false")
    runs = bench.beside(f"rfm-{form}", size, peers, bench.run(config, results, "--stages", RFM_STAGES))
    agrees = True
    newest = max(results.iterdir(), key=lambda p: p.stat().st_mtime)
    ours = bench.work / "ours.parquet"
    sql = AS_PEER.format(customers=newest / "latest" / "customers.parquet", out=ours)
    subprocess.run([bench.python, "-c", "import duckdb, sys; duckdb.sql(sys.argv[1])", sql], check=True)
    for peer in peers:
        theirs = bench.data / "out" / f"rfm-{form}-{size}-{peer}.parquet"
        check = subprocess.run([bench.python, bench.peers / "peers" / "rfm_check.py", ours, theirs], stdout=subprocess.PIPE, text=True)
        print(peer, check.stdout.strip(), file=sys.stderr)
        agrees &= check.returncode == 0
    shutil.rmtree(results)
    return runs, agrees


def kmeans(bench, job, size):
    """Times the fit alone; inertia must be the peers' (fixed) or no more than a little above it (full)."""
    bench.need("kmeans", size)
    folder = bench.data / f"km_{size}"
    start = folder / "init8.npy" if job == "kmeans-fixed" else "10"
    runs = bench.beside(job, size, JOBS[job][1], [bench.kmeans_fit, folder / "x.npy", "4", start])
    agrees = True
    ours = runs["project"][0]["extra"]["inertia"]
    for peer, theirs in runs.items():
        ratios = [ours / run["extra"]["inertia"] for run in theirs if run["extra"]]
        print(peer, "inertia, ours to theirs:", ratios, file=sys.stderr)
        # The peers print one decimal.
        agrees &= all(r <= 1.0005 if job == "kmeans-full" else abs(r - 1) < 1e-6 for r in ratios)
    return runs, agrees


def whole(bench, size):
    """Every stage, every file, against the RFM job alone."""
    bench.need("tx", size)
    config = bench.config("whole", "parquet", size, "")
    results = bench.work / "results"
    runs = bench.in_turn({"rfm-only": bench.run(config, results, "--stages", RFM_STAGES), "project": bench.run(config, results)})
    shutil.rmtree(results)
    return runs, True


def growth(bench, size):
    """Memory at five times the transactions of the same number of customers."""
    large, small = number(size), number(size) // 5
    configs = {"a fifth of them": bench.company(small, small // 10), "project": bench.company(large, small // 10)}
    results = bench.work / "results"
    runs = bench.in_turn({name: bench.run(c, results, "--stages", RFM_STAGES) for name, c in configs.items()})
    for path in [results, *(c.parent for c in configs.values())]:
        shutil.rmtree(path)
    return runs, True


def measure(bench, job, size):
    """One row for each peer of the job."""
    if job.startswith("rfm") or job == "memory":
        runs, agrees = rfm(bench, job, size)
    elif job.startswith("kmeans"):
        runs, agrees = kmeans(bench, job, size)
    else:
        runs, agrees = {"whole": whole, "growth": growth}[job](bench, size)
    _, _, what, targets = JOBS[job]
    value = lambda run: run["extra"][what] if what == "fit" else run[what]
    rows = []
    for peer, theirs in runs.items():
        if peer == "project":
            continue
        row = {"job": job, "size": size, "peer": peer, "what": what, "target": targets[size], "agrees": agrees}
        if all(run["rc"] == 0 for run in theirs + runs["project"]):
            pairs = [(value(ours), value(their)) for ours, their in zip(runs["project"], theirs)]
            row["ours"], row["theirs"] = (statistics.median(p[i] for p in pairs) for i in (0, 1))
            row["ratio"] = statistics.median(ours / their for ours, their in pairs)
            row["foreign"] = max(run["foreign"] for run in theirs + runs["project"])
        rows.append(row)
    return rows


def verdict(row):
    if "ratio" not in row:
        return "did not run"
    if not row["agrees"]:
        return "**disagrees**"
    return "reached" if row["ratio"] <= row["target"] else "**missed**"


def table(rows):
    lines = ["| job | lines | beside | ours | theirs | ratio | target | verdict | foreign cores |",
             "| --- | --- | --- | ---: | ---: | ---: | ---: | --- | ---: |"]
    for r in rows:
        figures = ["", "", ""]
        if "ratio" in r:
            digits = 0 if r["what"] == "rss" else 3
            figures = [f"{r['ours']:.{digits}f} {UNITS[r['what']]}", f"{r['theirs']:.{digits}f} {UNITS[r['what']]}", f"{r['ratio']:.2f}"]
        lines.append(f"| {r['job']} ({r['what']}) | {r['size']} | {r['peer']} | {' | '.join(figures)} | {r['target']} | {verdict(r)} | {r.get('foreign', 0):.2f} |")
    return "\n".join(lines)


def circumstances(args):
    git = lambda *words: subprocess.run(["git", *words], cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout.strip()
    cpu = re.search(r"^model name\s*:\s*(.*)$", open("/proc/cpuinfo").read(), re.M)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            "version": tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["version"],
            "commit": git("rev-parse", "--short", "HEAD") + ("+" if git("status", "--porcelain", "-uno") else ""),
            "machine": f"{cpu[1] if cpu else platform.machine()}, {memory:.0f} GiB", "cores": len(os.sched_getaffinity(0)),
            "runs": args.runs}


def record(rows, where):
    readme = HERE / "README.md"
    text = readme.read_text()
    head, tail = text.split(MARKERS[0])[0], text.split(MARKERS[1])[1]
    said = (f"Moshtari {where['version']} ({where['commit']}) on {where['machine']}, {where['cores']} cores, {where['at'][:10]}, "
            f"medians of {where['runs']} rounds:")
    readme.write_text(f"{head}{MARKERS[0]}\n{said}\n\n{table(rows)}\n{MARKERS[1]}{tail}")
    ratios = {f"{r['job']}/{r['size']}/{r['peer']}": round(r["ratio"], 4) for r in rows if "ratio" in r and r["agrees"]}
    with open(HERE / "history.jsonl", "a") as history:
        history.write(json.dumps({**where, "ratios": ratios}) + "\n")


def chosen(words, known, what):
    unknown = [w for w in words if w not in known]
    if unknown:
        sys.exit(f"there is no {what} {', '.join(unknown)}; there are: {', '.join(known)}")
    return words


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--peers", required=True, help="the folder of peer benchmarks")
    ask.add_argument("--jobs", default="all", help=f"of {', '.join(JOBS)}")
    ask.add_argument("--size", help="only these sizes, such as 1m,10m; also ones the job does not have by itself")
    ask.add_argument("--runs", type=int, default=5, help="rounds that count, after one warm-up")
    ask.add_argument("--record", action="store_true", help="write benches/README.md and benches/history.jsonl")
    ask.add_argument("--scratch", help="folder for configurations and results; a temporary one when left out")
    ask.add_argument("--moshtari", help="the engine; built when left out")
    ask.add_argument("--kmeans-fit", help="the k-means program; built when left out")
    args = ask.parse_args()
    jobs = list(JOBS) if args.jobs == "all" else chosen(args.jobs.split(","), JOBS, "job")
    asked = args.size.split(",") if args.size else None
    bench = Bench(args)
    rows = []
    try:
        for job in jobs:
            sizes = [s for s in asked if s in JOBS[job][3]] if asked else JOBS[job][0]
            for size in sizes:
                measured = measure(bench, job, size)
                print(table(measured), file=sys.stderr)
                rows += measured
    finally:
        shutil.rmtree(bench.work, ignore_errors=True)
    print(table(rows))
    if any(row.get("foreign", 0) > QUIET for row in rows):
        print("\nnote: other processes were busy meanwhile (last column); measure again", file=sys.stderr)
    if args.record:
        record(rows, circumstances(args))
    return any(verdict(row) != "reached" for row in rows)


if __name__ == "__main__":
    sys.exit(main())
