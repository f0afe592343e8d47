# Shared by scripts/run and scripts/test; sourced, not executed. Says what it does, and never asks.
# shellcheck shell=bash

say() { printf '%s\n' "$*"; }

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

is_root() { [ "$(id -u)" -eq 0 ]; }

has_apt() { command -v apt-get >/dev/null 2>&1; }

# apt_lists: root only; a fresh container has no package lists.
apt_lists() {
    if [ -z "$(find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' -print -quit 2>/dev/null)" ]; then
        say "Fetching the lists of packages (apt-get update)"
        apt-get -q update </dev/null || say "apt-get update failed; trying with what there is"
    fi
}

# apt_install PACKAGE…: as root; its last words are shown only when it fails.
apt_install() {
    apt_lists
    say "Installing $* (apt-get install)"
    local log="$ROOT/.run/logs/apt.log"
    mkdir -p "$ROOT/.run/logs"
    if ! DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "$@" </dev/null >"$log" 2>&1; then
        tail -n 5 "$log" >&2
        return 1
    fi
}

# require_java_and_maven: or an end that names the command.
require_java_and_maven() {
    local version=""
    if ! command -v java >/dev/null 2>&1 || ! command -v javac >/dev/null 2>&1; then
        fail "A JDK 17 or newer is needed (java and javac on the PATH). On Debian and Ubuntu: sudo apt-get install openjdk-17-jdk-headless"
    fi
    version="$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.specification\.version = //p')"
    case "$version" in
        '' | *[!0-9]*) version=8 ;;
    esac
    if [ "$version" -lt 17 ]; then
        fail "A JDK 17 or newer is needed; java on the PATH is version $version. On Debian and Ubuntu: sudo apt-get install openjdk-17-jdk-headless"
    fi
    if ! command -v mvn >/dev/null 2>&1; then
        fail "Maven (mvn) is needed. On Debian and Ubuntu: sudo apt-get install maven"
    fi
}

# has_library SONAME: on the system, or fetched by us before.
has_library() {
    [ -e "$ROOT/.run/lib/$1" ] && return 0
    local ldconfig
    ldconfig="$(command -v ldconfig || echo /sbin/ldconfig)"
    # Not "grep -q": it would end first, and pipefail would take ldconfig's SIGPIPE for a no.
    "$ldconfig" -p 2>/dev/null | grep -F "$1 (" >/dev/null
}

# fetch_library SONAME PACKAGE…: the first of the packages that there is.
# As root with apt-get install, otherwise unpacked into .run/lib.
fetch_library() {
    local soname="$1" package candidate=""
    shift
    has_library "$soname" && return 0
    if has_apt; then
        is_root && apt_lists
        for package in "$@"; do
            if [ -n "$(apt-cache show "$package" 2>/dev/null)" ]; then
                candidate="$package"
                break
            fi
        done
        candidate="${candidate:-$1}"
        if is_root; then
            apt_install "$candidate" || true
            link_library "$soname" /usr/lib /lib
        else
            unpack_library "$soname" "$candidate"
        fi
    fi
    has_library "$soname" && return 0
    fail "MySQL needs $soname, and it could not be fetched. On Debian and Ubuntu: sudo apt-get install ${candidate:-$1}"
}

# link_library SONAME FOLDER…: Ubuntu 24.04 calls it libaio.so.1t64; MySQL asks for libaio.so.1.
link_library() {
    local soname="$1" found
    shift
    has_library "$soname" && return 0
    found="$(find "$@" \( -name "$soname" -o -name "${soname}t64" -o -name "$soname.*" -o -name "${soname}t64.*" \) -print -quit 2>/dev/null)"
    if [ -n "$found" ]; then
        mkdir -p "$ROOT/.run/lib"
        ln -sf "$(readlink -f "$found")" "$ROOT/.run/lib/$soname"
    fi
}

# unpack_library SONAME PACKAGE: without root.
unpack_library() {
    local soname="$1" package="$2" work="$ROOT/.run/lib/unpack"
    say "Fetching $package without root, into .run/lib (apt-get download)"
    rm -rf "$work"
    mkdir -p "$work/files" "$work/lists/partial" "$work/cache/archives/partial"
    if ! (cd "$work" && apt-get -q download "$package") >"$work/log" 2>&1; then
        # No lists on this machine: some of our own.
        local -a own=(-o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache")
        (cd "$work" && apt-get -q "${own[@]}" update && apt-get -q "${own[@]}" download "$package") >>"$work/log" 2>&1 ||
            tail -n 3 "$work/log" >&2
    fi
    local archive
    for archive in "$work"/*.deb; do
        [ -e "$archive" ] && dpkg -x "$archive" "$work/files"
    done
    local found
    found="$(find "$work/files" -type f -name "$soname*" -print -quit)"
    if [ -n "$found" ]; then
        cp "$found" "$ROOT/.run/lib/$soname"
    fi
    rm -rf "$work"
}

# fetch_libraries: what mysqld links to and a slim system lacks.
fetch_libraries() {
    fetch_library libaio.so.1 libaio1t64 libaio1
    fetch_library libnuma.so.1 libnuma1
}

# maven_lines [all]: Maven's output for people. Downloads are counted, warnings and errors are shown; of the rest what
# is being done, or with "all" everything.
maven_lines() {
    awk -v all="${1:-}" '
        function count() { if (files != shown) { printf "  %d files downloaded\n", files; shown = files; fflush() } }
        function seconds(   now) { "date +%s" | getline now; close("date +%s"); return now }
        { gsub(/\033\[[0-9;]*m/, "") }
        /Downloaded from / { files++; if (seconds() - last >= 5) { count(); last = seconds() } next }
        /Downloading from |^Progress / { next }
        { count() }
        all != "" { print; fflush(); next }
        /^\[(ERROR|WARNING)\]|is missing/ { print "  " $0; fflush(); next }
        /^\[INFO\] --- / { sub(/^\[INFO\] --- /, ""); sub(/ @ .*/, ""); print "  " $0; fflush(); next }
        END { count() }
    '
}

# run_maven LOG [all] -- ARGUMENT…: Maven with its output in a file and, for people, here. A signal that stops us stops
# it first. Descriptor 9 is the lock of scripts/run, which must not outlive it.
run_maven() {
    local log="$1" shown="" maven status=0
    shift
    if [ "$1" = all ]; then shown=all && shift; fi
    mkdir -p "$(dirname "$log")"
    mvn -B -Dstyle.color=never "$@" </dev/null 9>&- > >(tee "$log" | maven_lines "$shown") 2>&1 &
    maven=$!
    trap 'kill "$maven" 2>/dev/null || true; wait "$maven" 2>/dev/null || true; exit 143' TERM
    trap 'kill "$maven" 2>/dev/null || true; wait "$maven" 2>/dev/null || true; exit 130' INT
    wait "$maven" || status=$?
    trap - TERM INT
    # The filter may have lines left to print.
    sleep 0.2
    return "$status"
}

# built: whether target/ holds what the sources say, and the libraries it was built with are still there.
built() {
    local stamp=target/run.stamp entry
    [ -e "$stamp" ] && [ -e target/classes ] && [ -e target/test-classes ] || return 1
    # Folders are looked at too: a deleted file makes its folder newer.
    [ -z "$(find pom.xml src -newer "$stamp" -print -quit)" ] || return 1
    local -a entries
    IFS=: read -r -a entries <target/classpath-test.txt || [ ${#entries[@]} -gt 0 ] || return 1
    for entry in "${entries[@]}"; do
        [ -e "$entry" ] || return 1
    done
}

build() {
    say "Building (the first time downloads the libraries, some 200 MB; Maven's output is in .run/logs/build.log)"
    rm -f target/run.stamp
    mkdir -p target
    touch target/run.stamp.draft
    run_maven .run/logs/build.log -DskipTests process-test-classes ||
        fail "The build failed; the lines above say why, all of them are in .run/logs/build.log"
    mv target/run.stamp.draft target/run.stamp
}

# build_if_needed: so that target/ has classes, test classes and the class paths of what the sources say.
build_if_needed() {
    built || build
}
