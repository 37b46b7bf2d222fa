# Functions that run, test and dev share. To be sourced by bash from any folder; does nothing by itself.
# Messages and build output go to stderr: stdout belongs to the program that is run.

FRESHET_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }
die() { say "$(basename "$0"): $*"; exit 1; }

# packages_of SECTION...: names in these sections of packages.txt.
packages_of() {
  awk -v wanted=" $* " '
    { sub(/#.*/, "") }
    /^\[/ { gsub(/[][ \t]/, ""); take = index(wanted, " " $0 " "); next }
    NF && take { print $1 }' "$FRESHET_ROOT/scripts/packages.txt"
}

# ensure_packages SECTION...: installs what is missing of these sections. When nothing is, it costs milliseconds
# and needs neither network nor root. FRESHET_NO_INSTALL=1 trusts the machine.
ensure_packages() {
  [ -z "${FRESHET_NO_INSTALL:-}" ] || return 0
  local wanted missing as_root=()
  wanted=$(packages_of "$@")
  if ! command -v dpkg-query >/dev/null; then
    die "this is not a Debian system. Install the counterparts of: ${wanted//$'\n'/ }; then set FRESHET_NO_INSTALL=1"
  fi
  # shellcheck disable=SC2086  # one word a package
  missing=$(comm -23 <(sort -u <<<"$wanted") \
    <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p' | sort -u))
  [ -n "$missing" ] || return 0
  missing=${missing//$'\n'/ }
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "packages are missing, and there is neither root nor sudo. As root: apt-get install $missing"
    as_root=(sudo)
  fi
  say "installing: $missing"
  local log
  log=$(mktemp)
  # shellcheck disable=SC2086
  if ! { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q \
      && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing; } \
      </dev/null >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    die "installing failed (above). Once repaired, run me again; FRESHET_NO_INSTALL=1 skips this step"
  fi
  rm -f "$log"
}

# build_jobs: as many as there are processors, and no more than one for each GiB of free memory (a compiler under
# sanitizers or link-time optimisation takes most of one). CMAKE_BUILD_PARALLEL_LEVEL overrides.
build_jobs() {
  if [ -n "${CMAKE_BUILD_PARALLEL_LEVEL:-}" ]; then echo "$CMAKE_BUILD_PARALLEL_LEVEL"; return; fi
  local cpus gib
  cpus=$(nproc)
  gib=$(awk '/^MemAvailable:/ { print int($2 / 1048576) }' /proc/meminfo)
  [ "$gib" -ge 1 ] || gib=1
  echo $((cpus < gib ? cpus : gib))
}

build_dir() { echo "$FRESHET_ROOT/build/$1"; }

# quietly CMD...: shows what CMD printed only when it fails. Gives CMD no stdin.
quietly() {
  local log rc=0
  log=$(mktemp)
  "$@" </dev/null >"$log" 2>&1 || rc=$?
  [ "$rc" = 0 ] || cat "$log" >&2
  rm -f "$log"
  return "$rc"
}

# configure PRESET: makes build/PRESET; ninja itself notices later changes to the CMake files.
configure() {
  [ -f "$(build_dir "$1")/build.ninja" ] || (cd "$FRESHET_ROOT" && quietly cmake --preset "$1")
}

# build PRESET [TARGET...]: configures and builds, quiet unless it fails. Two at once in one folder wait for each other.
build() {
  local preset=$1 dir
  shift
  dir=$(build_dir "$preset")
  mkdir -p "$dir"
  (
    flock 9
    configure "$preset" && quietly ninja -C "$dir" -j "$(build_jobs)" "$@"
  ) 9>"$dir/.lock"
}

# targets_of PRESET [CTEST OPTIONS]: the build targets of the tests that these options choose (a test and its target
# have one name; a test without a target is a script).
targets_of() {
  local preset=$1 dir
  shift
  dir=$(build_dir "$preset")
  build "$preset" build.ninja || return 1
  comm -12 <(ctest --test-dir "$dir" -N "$@" | sed -n 's/^ *Test *#[0-9]*: //p' | sort -u) \
    <(ninja -C "$dir" -t targets all | sed -n 's/: phony$//p' | sort -u)
}

# run_ctest PRESET [CTEST OPTIONS]: runs what is built, three tests at once for each CPU, two where a sanitizer slows them. TSan
# cannot place its shadow where the kernel randomises widely (vm.mmap_rnd_bits above 28), so it runs without randomisation where
# that is allowed.
run_ctest() {
  local preset=$1 prefix=() for_each=3
  shift
  case $preset in dev | tsan) for_each=2 ;; esac
  if [ "$preset" = tsan ] && setarch -R true 2>/dev/null; then prefix=(setarch -R); fi
  (cd "$FRESHET_ROOT" && "${prefix[@]}" ctest --preset "$preset" -j "$(($(nproc) * for_each))" --no-tests=error "$@")
}
