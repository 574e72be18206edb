#!/usr/bin/env python3
"""Counts the instructions of each kernel under callgrind and holds them against benches/instructions.json.

  instructions.py              compare; exit 1 when a kernel needs more than the tolerance allows
  instructions.py --accept     write the counts as the new baseline

A count does not depend on what else the machine does, so a slide of a few per cent is seen, which a clock cannot show.
It depends on the compiler and on the processor's instruction set: the baseline says which, and a comparison with
another one is no more than a hint. Without valgrind nothing is compared, and that is said.
"""
import argparse, json, os, pathlib, re, shutil, subprocess, sys, tempfile

HERE = pathlib.Path(__file__).resolve().parent
BASELINE = HERE / "instructions.json"
ROWS = "100000"
TOLERANCE = 0.03


def build():
    """The `count` program, from the release profile."""
    words = ["cargo", "build", "--release", "--bench", "count", "--message-format=json"]
    made = subprocess.run(words, cwd=HERE.parent, stdout=subprocess.PIPE, text=True, check=True).stdout
    messages = [json.loads(line) for line in made.splitlines() if line.startswith("{")]
    return next(m["executable"] for m in messages if m.get("executable") and m["target"]["name"] == "count")


def environment():
    """What a count depends on besides our code."""
    rustc = subprocess.run(["rustc", "--version"], cwd=HERE.parent, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    flags = set(re.findall(r"^flags\s*:(.*)$", open("/proc/cpuinfo").read(), re.M)[0].split())
    return {"rustc": rustc, "avx2": "avx2" in flags}


def count(program, folder, kernel):
    """Instructions of one call, and the rows that it worked on."""
    words = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/callgrind.out", "--collect-atstart=no",
             "--toggle-collect=*counted_region*", program, "run", folder, ROWS, kernel]
    ended = subprocess.run(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    found = re.search(r"Collected\s*:\s*(\d+)", ended.stderr)
    if ended.returncode or not found or int(found[1]) == 0:
        sys.exit(f"{kernel}: callgrind counted nothing\n{ended.stderr[-2000:]}")
    return int(found[1]), int(ended.stdout.split()[1])


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--accept", action="store_true", help="write the counts as the new baseline")
    ask.add_argument("--program", help="the `count` program; built when left out")
    ask.add_argument("kernels", nargs="*", help="only these")
    args = ask.parse_args()
    if not shutil.which("valgrind"):
        print("SKIPPED: valgrind is not installed; no instruction was counted", file=sys.stderr)
        return 0
    program = args.program or build()
    kernels = args.kernels or subprocess.run([program], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    known = json.loads(BASELINE.read_text()) if BASELINE.exists() else {"kernels": {}}
    here = environment()
    differs = [k for k in here if known.get(k) not in (None, here[k])]
    if differs and not args.accept:
        print(f"note: the baseline was counted with {', '.join(f'{k} {known[k]}' for k in differs)}; here: "
              f"{', '.join(f'{k} {here[k]}' for k in differs)}", file=sys.stderr)
    counts, worse = {}, []
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, "make", folder, ROWS], check=True)
        for kernel in kernels:
            n, rows = count(program, folder, kernel)
            counts[kernel] = n
            before = known["kernels"].get(kernel)
            change = n / before - 1 if before else 0.0
            print(f"{kernel:18} {n / rows:10.1f} instructions a row  {'new' if before is None else f'{change:+7.2%}'}", flush=True)
            if change > TOLERANCE:
                worse.append(kernel)
    if args.accept:
        known = {**here, "rows": int(ROWS), "tolerance": TOLERANCE, "kernels": {**known["kernels"], **counts}}
        BASELINE.write_text(json.dumps(known, indent=1) + "\n")
        return 0
    if worse:
        print(f"more than {TOLERANCE:.0%} above the baseline: {', '.join(worse)}", file=sys.stderr)
    return bool(worse)


if __name__ == "__main__":
    sys.exit(main())
