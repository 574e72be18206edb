#!/usr/bin/env python3
"""Executes the notebooks against the sample company, and fails where one of them fails.

  execute.py [--moshtari PROGRAM] [--write]

Publishes two nights of the sample company into a temporary folder and runs every notebook beside this script on it. --write
keeps what they show: outputs in the .ipynb files, and a page beside each that opens offline. Needs requirements.txt.
"""
import argparse, os, pathlib, subprocess, sys, tempfile, time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent


# The nights that are published, the last one as the configuration has it.
NIGHTS = [["--as-of", "2025-09-30"], []]


def publish(program, folder):
    """The sample company's newest result, with an earlier one behind it."""
    words = [program] if program else ["cargo", "run", "--release", "--quiet", "--"]
    for night in NIGHTS:
        job = ["run", "--quiet", "-c", ROOT / "data" / "moshtari.toml", "--output", folder, *night]
        subprocess.run([*words, *job], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return folder / "latest"


def execute(path):
    """The notebook with its outputs, and what went wrong."""
    book = nbformat.read(path, as_version=4)
    client = NotebookClient(book, timeout=120, kernel_name="python3", record_timing=False, resources={"metadata": {"path": str(HERE)}})
    try:
        client.execute()
    except CellExecutionError as error:
        return book, str(error)
    return book, None


def write(book, path):
    nbformat.write(book, path)
    # No script or font from elsewhere: the page must open offline.
    page = HTMLExporter(mathjax_url="", require_js_url="", jquery_url="", mermaid_js_url="", mermaid_layout_elk_js_url="", exclude_input_prompt=True, exclude_output_prompt=True)
    text, _ = page.from_notebook_node(book, {"metadata": {"name": path.stem}})
    path.with_suffix(".html").write_text(text)


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--moshtari", help="the engine; `cargo run` when left out")
    ask.add_argument("--write", action="store_true", help="keep outputs and pages")
    args = ask.parse_args()
    books = sorted(HERE.glob("*.ipynb"))
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MOSHTARI_RESULT"] = str(publish(args.moshtari, pathlib.Path(folder) / "results"))
        for path in books:
            began = time.monotonic()
            book, error = execute(path)
            print(f"{path.name}: {'failed' if error else 'ok'} in {time.monotonic() - began:.1f} s", flush=True)
            if error:
                failed += 1
                print(error, file=sys.stderr)
            elif args.write:
                write(book, path)
    return bool(failed or not books)


if __name__ == "__main__":
    sys.exit(main())
