#!/usr/bin/env bash
# Runs both README commands on a bare Debian: nothing in it but git, make, the Swift toolchain and a
# clone of what is committed here. CI hides what your machine already has; this does not.
#
#   dev/fresh.sh [--user] [--folder DIR] [COMMAND]…      default: 'make quickstart' 'make test'
#
# --user     as a user with sudo instead of root
# --folder   where the Debian is put (about 6 GB); kept afterwards, its start is faster then
#
# Needs root and debootstrap. Debian's packages come from the mirror that this machine's apt uses,
# Python's from the index that its pip uses.
. "$(dirname "$0")/lib.sh"

[[ $(id -u) == 0 ]] || stop "dev/fresh.sh makes mounts and needs root: run it with sudo."
folder='' user=root commands=()
while (($# > 0)); do
  case $1 in
    --user) user=builder && shift ;;
    --folder) folder=$2 && shift 2 ;;
    *) commands+=("$1") && shift ;;
  esac
done
((${#commands[@]} > 0)) || commands=('make quickstart' 'make test')
dev/setup.sh bench
toolchain=$(dirname "$(dirname "$(dirname "$(readlink -f "$(command -v swift)")")")")
repository=$PWD
if [[ -z $folder ]]; then
  folder=$(mktemp -d /var/tmp/pursight-fresh.XXXXXX)
  trap 'rm -rf --one-file-system "$folder"' EXIT
fi
root=$folder/debian

# Debian's own repositories as this machine's apt has them, a line each: URI suite component.
repositories() {
  apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(CODENAME) $(COMPONENT)' \
    | sed -n 's/^Debian \(.* bookworm.*\)/\1/p' | sort -u
}

make_debian() {
  local mirror
  mirror=$(repositories | awk '$2 == "bookworm" { print $1; exit }')
  [[ -n $mirror ]] || stop "apt knows no Debian 12 repository: run 'apt-get update' first."
  echo "making a bare Debian 12 in $root"
  debootstrap --variant=minbase --include=git,make bookworm "$root.part" "$mirror" \
    >"$folder/debootstrap.log" 2>&1 || stop "debootstrap failed: see $folder/debootstrap.log."
  repositories | sed 's/^/deb /' >"$root.part/etc/apt/sources.list"
  # What this machine needs to reach its mirror and its index: proxies, certificates, settings.
  apt-config dump | grep -E '^Acquire::(http|https|Retries)' >"$root.part/etc/apt/apt.conf.d/99fresh" || true
  cp /etc/pip.conf "$root.part/etc/" 2>/dev/null || true
  git config --system --list >/dev/null 2>&1 && cp /etc/gitconfig "$root.part/etc/gitconfig"
  tar -C "$root.part" -cf "$folder/debian.tar" .
  rm -rf "$root.part"
}

# Folders from which git takes packages on this machine, when it is set up so.
local_packages() {
  git config --get-regexp '^url\..*\.insteadof$' 2>/dev/null | sed -E 's/^url\.(.*)\.insteadof .*/\1/' \
    | sort -u | while read -r path; do [[ ! -d $path ]] || echo "$path"; done
}

clone() {
  rm -rf "$root/src"
  mkdir -p "$root/src"
  git clone --quiet --no-hardlinks "$repository" "$root/src/pursight"
  if [[ $user != root ]]; then
    chroot "$root" sh -c "apt-get -qq update && apt-get -qq install -y --no-install-recommends sudo \
      && { id $user || useradd --create-home $user; } \
      && echo '$user ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/$user" >"$folder/user.log" 2>&1 \
      || stop "the user could not be made: see $folder/user.log."
    chroot "$root" chown -R "$user" /src
  fi
}

# Runs in a mount and process namespace of its own: what is mounted and started ends with it.
inside() {
  local command=$1
  export root toolchain user command
  packages=$(local_packages)
  export packages
  unshare --mount --pid --fork --kill-child bash -euc '
    for path in /dev /dev/shm /dev/pts /sys $toolchain $packages; do
      mkdir -p "$root$path"
      mount --bind "$path" "$root$path"
    done
    mount -t proc proc "$root/proc"
    cp /etc/resolv.conf /etc/hosts "$root/etc/"
    # Where pip trusts certificates of its own, the same ones.
    certificates=${PIP_CERT:-$(python3 -m pip config get global.cert 2>/dev/null || true)}
    [[ -z $certificates ]] || cp "$certificates" "$root/etc/fresh-certificates.pem"
    settings=(PATH="$toolchain/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
      LANG=C.UTF-8 TERM=dumb)
    while IFS= read -r line; do settings+=("$line"); done < <(env | grep -E "^(PIP_|https?_proxy=|no_proxy=)" \
      | grep -vE "^PIP_(FIND_LINKS|CERT)=")
    [[ -z $certificates ]] || settings+=(PIP_CERT=/etc/fresh-certificates.pem)
    cd "$root"
    exec chroot --userspec="$user" "$root" env -i "${settings[@]}" \
      HOME="$(awk -F: -v user="$user" "\$1 == user { print \$6 }" etc/passwd)" bash -c "cd /src/pursight && $command"
  '
}

[[ -e $folder/debian.tar ]] || make_debian
# A clean one for each run: what an earlier run installed is gone.
rm -rf "$root"
mkdir -p "$root"
tar -C "$root" -xf "$folder/debian.tar"
clone
failed=0
for command in "${commands[@]}"; do
  log="$folder/$(tr -c 'a-z0-9\n' - <<<"$command").log"
  echo "== $command (as $user)"
  began=$SECONDS status=0
  inside "$command" >"$log" 2>&1 || status=$?
  tail -n "${FRESH_LINES:-60}" "$log"
  echo "== $command: exit $status after $((SECONDS - began)) s"
  ((status == 0)) || failed=1
done
exit "$failed"
