#!/usr/bin/env bash
# Installs the Debian packages that are missing. Fast and silent when all are there.
#
#   dev/setup.sh [build|test|bench]…      default: build test
#
# build   what building, `make quickstart` and `make play` need
# test    what the tests and the generator need besides
# bench   what `make bench` and `dev/fresh.sh` need besides
. "$(dirname "$0")/lib.sh"

packages_of() {
  case $1 in
    build)
      # The C libraries, PostgreSQL's server programs, Python for the scripts.
      echo libnghttp2-dev libssl-dev libpq-dev libprotobuf-c-dev zlib1g-dev liblz4-dev libzstd-dev
      echo pkg-config python3 python3-venv ca-certificates
      # What a Swift toolchain expects of its system.
      echo g++ binutils libcurl4 libxml2 libsqlite3-0 libncurses6 tzdata
      ;;
    test) echo protobuf-compiler protobuf-c-compiler libprotobuf-dev nghttp2-client curl ;;
    bench)
      echo valgrind strace nghttp2-client nghttp2-server libgrpc++-dev
      echo protobuf-compiler-grpc protobuf-compiler debootstrap time
      ;;
    *) stop "dev/setup.sh does not know '$1': give build, test or bench." ;;
  esac
}

# Says whether the programs of a PostgreSQL server are somewhere.
have_postgres() {
  [[ -n ${PURSIGHT_PG_BIN:-} ]] || have postgres || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null
}

missing_packages() {
  local wanted=() set package
  for set in "$@"; do
    # shellcheck disable=SC2207  # package names have no spaces
    wanted+=($(packages_of "$set"))
  done
  local present
  present=" $(dpkg-query -W -f '${db:Status-Status}=${Package} ' "${wanted[@]}" 2>/dev/null || true)"
  for package in "${wanted[@]}"; do
    [[ $present == *" installed=$package "* ]] || echo "$package"
  done
  have_postgres || echo postgresql
}

install_packages() {
  local log=.quickstart/log/setup.log as_root=()
  if [[ $(id -u) != 0 ]]; then
    have sudo || stop "these Debian packages are missing, and there is no sudo to install them:" \
      "run 'apt-get install $*' as root, then try again."
    sudo -n true 2>/dev/null || [[ -t 0 ]] \
      || stop "these Debian packages are missing, and sudo asks for a password that nobody can" \
        "type here: run 'sudo apt-get install $*', then try again."
    as_root=(sudo)
  fi
  mkdir -p "$(dirname "$log")"
  echo "installing $*"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q)
  "${apt[@]}" update >"$log" 2>&1 \
    || stop "apt-get update failed (see $log): check the network or the apt sources, then try again."
  # PurSight brings a PostgreSQL cluster of its own: the package need not make and start one.
  local drop_in=/etc/postgresql-common/createcluster.d/pursight-setup.conf made=
  if ! have_postgres; then
    made=1
    "${as_root[@]}" mkdir -p "$(dirname "$drop_in")"
    echo 'create_main_cluster = false' | "${as_root[@]}" tee "$drop_in" >/dev/null
  fi
  local status=0
  "${apt[@]}" install -y --no-install-recommends "$@" >>"$log" 2>&1 || status=$?
  [[ -z $made ]] || "${as_root[@]}" rm -f "$drop_in"
  ((status == 0)) || stop "apt-get could not install $* (see $log): install them by hand, then try again."
}

main() {
  local missing
  if have dpkg-query; then
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]} == 0)) || install_packages "${missing[@]}"
  elif [[ -z ${PURSIGHT_SKIP_SETUP:-} ]]; then
    stop "this is not Debian: install what Debian calls" "$(packages_of build | xargs) $(packages_of test | xargs)" \
      "and a PostgreSQL server, then set PURSIGHT_SKIP_SETUP=1."
  fi
  have_postgres || stop "no PostgreSQL server was found: install it (on Debian: apt-get install" \
    "postgresql), or set PURSIGHT_PG_BIN to the directory of its programs."
  check_swift
}

if (($# == 0)); then set -- build test; fi
main "$@"
