#!/usr/bin/env bash
# apt-ensure.sh PACKAGE…: install missing Debian packages where we may; exit 1 with a reason where we may not.
set -u
missing=()
for p in "$@"; do dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing+=("$p"); done
[ ${#missing[@]} -eq 0 ] && exit 0
command -v apt-get >/dev/null || { echo "please install: ${missing[*]}" >&2; exit 1; }
sudo=""; [ "$(id -u)" -eq 0 ] || sudo="sudo -n"
export DEBIAN_FRONTEND=noninteractive
apt="$sudo apt-get -o DPkg::Lock::Timeout=900 -qq"
$apt install -y --no-install-recommends "${missing[@]}" >/dev/null 2>&1 && exit 0
$apt update >/dev/null 2>&1
$apt install -y --no-install-recommends "${missing[@]}" >/dev/null 2>&1 && exit 0
echo "could not install: ${missing[*]} (needs root, or install them by hand)" >&2
exit 1
