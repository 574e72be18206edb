# Plain cargo lines under short names; `just` lists them.

default:
    @just --list

# The main job on the sample company
run:
    cargo run --release -- run -c data/moshtari.toml

# Every test
test:
    cargo test --release

# What CI runs
ci:
    bash .ci/run

# Kernels and whole runs by the clock
bench *filter:
    cargo bench --profile release --bench kernels --bench stages -- {{filter}}

# Kernels by counted instructions, against benches/instructions.json
instructions *args:
    python3 benches/instructions.py {{args}}

# Beside other programs: `just peers ../shared/peerbench --record`
peers folder *args:
    python3 benches/peers.py --peers {{folder}} {{args}}

# Notebooks and their pages, executed again; needs notebooks-export/requirements.txt
notebooks *args:
    cargo build --release
    python3 notebooks-export/execute.py --write {{args}}

# Format and lints
lint:
    cargo fmt
    cargo clippy --release --all-targets -- -D warnings

# The library's documentation
doc:
    cargo doc --release --no-deps --lib --open

# Write the sample company again; `tests` compares it with what is committed
sample:
    rm -rf data/exports data/moshtari.toml data/fa
    cargo run --release -- generate data --transactions 5000 --customers 900 --seed 1404 --files 3
    cargo run --release -- generate data/fa --transactions 5000 --customers 900 --seed 1404 --files 3 --locale fa
