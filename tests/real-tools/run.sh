#!/usr/bin/env bash
# The real `apolo` and `apolo-flow`, newest from the package index, against a fresh local platform.
#
#   tests/real-tools/run.sh            builds and starts a platform of its own
#   tests/real-tools/run.sh URL        uses the one that is already served at URL
#
# Prints each command with what came of it, as the last line "N passed, N failed", and ends with 1
# if anything failed. Environment: PEERS (folder of the tools), CARGO_TARGET_DIR.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
peers=${PEERS:-$repository/.peers}
work=$(mktemp -d)
server_pid=
passed=0
failed=0

leave() {
    if [[ -n $server_pid ]]; then kill "$server_pid" 2>/dev/null && wait "$server_pid" 2>/dev/null; fi
    rm -rf "$work"
}
trap leave EXIT

give_up() {
    echo "cannot go on: $1"
    exit 1
}

# expect CODE PATTERN COMMAND...   the exit code, and an extended pattern somewhere in the output
expect() {
    local code=$1 pattern=$2 out status
    shift 2
    out=$(timeout 120 "$@" 2>&1 </dev/null)
    status=$?
    if [[ $status == "$code" ]] && grep -Eq -- "$pattern" <<<"$out"; then
        passed=$((passed + 1))
        echo "ok      $*"
    else
        failed=$((failed + 1))
        echo "FAILED  $*"
        echo "        wanted exit code $code and /$pattern/, got exit code $status and:"
        sed 's/^/        | /' <<<"$out"
    fi
}

# until_seen PATTERN COMMAND...   repeats a command until its output has the pattern
until_seen() {
    local pattern=$1
    shift
    for _ in $(seq 60); do
        if timeout 60 "$@" 2>&1 </dev/null | grep -Eq -- "$pattern"; then return 0; fi
        sleep 0.2
    done
    echo "        never saw /$pattern/ from: $*"
    return 1
}

install_tools() {
    if [[ ! -x $peers/bin/apolo-flow ]]; then
        echo "installing apolo-cli and apolo-flow into $peers"
        python3 -m venv "$peers" || give_up "python3 -m venv failed (on Debian: apt install python3-venv)"
        "$peers/bin/pip" install -q apolo-cli apolo-flow || give_up "the tools could not be installed"
    fi
    "$peers/bin/pip" list 2>/dev/null | grep -i '^apolo'
}

start_server() {
    local target=${CARGO_TARGET_DIR:-$repository/target}
    (cd "$repository" && cargo build -q -p local-platform --bin local-platform-supervisor) || give_up "no server"
    "$target/debug/local-platform-supervisor" serve "$work/data" 0 >"$work/url" 2>"$work/server.log" &
    server_pid=$!
    for _ in $(seq 100); do
        [[ -s $work/url ]] && break
        sleep 0.05
    done
    url=$(head -1 "$work/url")
    [[ -n $url ]] || give_up "the server did not start: $(cat "$work/server.log")"
}

job_id() { grep -o 'job-[0-9a-f-]\{36\}' | head -1; }
newest_bake() { apolo-flow bakes 2>/dev/null | grep -o 'bake-[0-9a-f-]\{36\}' | tail -1; }

account() {
    expect 0 "Logged into .* as user, current cluster is local" apolo login "$url"
    expect 0 "cpu-small" apolo config show
    expect 0 "bakehouse" apolo config get-clusters
    expect 0 "." apolo config switch-project default-project
}

live() {
    expect 0 "hello.*unknown.*N/A" apolo-flow ps
    expect 0 "data" apolo-flow mkvolumes
    expect 0 "" apolo-flow upload data
    expect 0 "in.txt" apolo storage ls storage:tour_flow/data
    expect 0 "running" apolo-flow run hello
    expect 0 "hello.*running.*job-" apolo-flow ps
    expect 0 "running" apolo-flow status hello
    local id
    id=$(apolo-flow ps | job_id)
    until_seen out.txt apolo storage ls storage:tour_flow/data || failed=$((failed + 1))
    expect 124 "hello from $id" timeout 8 apolo-flow logs hello
    expect 124 "from the volume" timeout 8 apolo logs "$id"
    expect 0 "Killed job" apolo-flow kill hello
    expect 0 "hello.*cancelled" apolo-flow ps
    expect 3 "failed" apolo-flow run quick
    expect 0 "" apolo-flow kill ALL
    rm -f data/out.txt
    expect 0 "" apolo-flow download data
    expect 0 "made" cat data/out.txt
    expect 0 "" apolo-flow clean data
}

jobs() {
    expect 4 "first" apolo run --name attached ubuntu -- bash -c 'echo first; sleep 1.5; echo second; exit 4'
    expect 0 "second" apolo logs attached
    expect 0 "failed" apolo status attached
    expect 0 "attached" apolo ps --all
    expect 0 "running|pending" apolo run --detach --name sleeper ubuntu -- sleep 300
    expect 0 "" apolo job bump-life-span sleeper 1h
    expect 0 "" apolo kill sleeper
    expect 0 "cancelled" apolo status sleeper
    expect 65 "no such job" apolo status no-such-job-at-all
}

bakes() {
    expect 0 "Attempt #1 succeeded" apolo-flow bake steps --local-executor --param who tour
    local bake
    bake=$(newest_bake)
    expect 0 "$bake.*succeeded" apolo-flow bakes
    expect 0 "two.*succeeded" apolo-flow inspect "$bake"
    expect 0 "hello tour, got 42" apolo-flow show "$bake" two
    expect 0 "is cached" apolo-flow bake steps --local-executor --param who tour
    expect 0 "" apolo-flow clear-cache steps
    expect 0 "Task one job-.* is running" apolo-flow bake steps --local-executor --param who tour
    expect 0 "Attempt #2 succeeded" apolo-flow restart "$bake" --local-executor --no-from-failed
    expect 1 "Attempt #1 failed" apolo-flow bake broken --local-executor
    bake=$(newest_bake)
    expect 0 "bad.*failed" apolo-flow inspect "$bake"
    expect 0 "going down" apolo-flow show "$bake" bad
    expect 1 "Attempt #2 failed" apolo-flow restart "$bake" --local-executor --from-failed
    expect 2 "already stopped" apolo-flow cancel "$bake"
    cancelled_bake
    expect 0 "successfully removed" apolo-flow delete-flow tour_flow
}

cancelled_bake() {
    timeout 120 apolo-flow bake long --local-executor >"$work/long" 2>&1 </dev/null &
    local baking=$! bake
    until_seen "is running" cat "$work/long" || failed=$((failed + 1))
    bake=$(newest_bake)
    expect 0 "" apolo-flow cancel "$bake"
    wait "$baking"
    expect 130 "" bash -c "exit $?"
    expect 0 "wait.*cancelled" apolo-flow inspect "$bake"
    expect 0 "cancelled" apolo status "$(apolo-flow inspect "$bake" | job_id)"
}

storage() {
    head -c 5000000 /dev/urandom >big
    expect 0 "" apolo mkdir --parents storage:tour/deep/er
    expect 0 "" apolo cp big storage:tour/deep/big
    expect 0 "" apolo cp storage:tour/deep/big back
    expect 0 "" cmp big back
    expect 0 "" apolo mv storage:tour/deep/big storage:tour/moved
    expect 0 "moved" apolo ls storage:tour
    expect 0 "deep" apolo storage tree storage:tour
    expect 0 "moved" apolo storage glob 'storage:tour/m*'
    expect 0 "." apolo storage df
    expect 72 "is a folder" apolo rm storage:tour
    expect 0 "" apolo rm -r storage:tour
    expect 72 "." apolo ls storage:tour
}

install_tools
if [[ $# -gt 0 ]]; then url=$1; else start_server; fi
echo "platform at $url"
export PATH=$peers/bin:$PATH APOLO_CONFIG=$work/config NEURO_CLI_DISABLE_PYPI_VERSION_CHECK=1
export COLUMNS=250 PYTHONWARNINGS=ignore
mkdir -m 700 "$APOLO_CONFIG"
cp -r "$here/flow" "$work/flow" && cd "$work/flow" || give_up "no project"
mkdir data && echo "from the volume" >data/in.txt
account
live
jobs
bakes
storage
echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
