# shellcheck shell=bash
# The Debian 12 packages each part needs, and a function that installs what is missing. To be sourced by ./start, ./check, bench/run.

# shellcheck disable=SC2034  # read by those who source this file
run_packages=(fonts-liberation2 nginx-light slapd ldap-utils openssl python3 python3-aiosmtpd python3-ldap procps)
# shellcheck disable=SC2034
build_packages=(gcc make autoconf automake pkg-config libc6-dev libfcgi-dev libldap-dev liblmdb-dev libsodium-dev
    libcurl4-openssl-dev libyajl-dev libutf8proc-dev libinih-dev libcsv-dev libzxcvbn-dev libseccomp-dev libpango1.0-dev)
# shellcheck disable=SC2034
test_packages=(libcmocka-dev python3-pytest poppler-utils python3-pytest-timeout python3-html5lib python3-requests python3-ldap3
    chromium-headless-shell fonts-open-sans clang-14 clang-format-14 libclang-rt-14-dev cppcheck shellcheck pyflakes3 nodejs npm git ldapvi)
# shellcheck disable=SC2034
bench_packages=(wrk sqlite3 libsqlite3-dev)

# Prints the packages among "$@" that are neither installed nor there another way.
missing_packages() {
    local name status
    local -A there=()
    while read -r status name; do
        [ "$status" = installed ] && there[$name]=1
    done < <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null)
    for name in "$@"; do
        case $name in
        nodejs) command -v node >/dev/null && continue ;;
        npm) command -v npm >/dev/null && continue ;;
        esac
        [ -n "${there[$name]:-}" ] || printf '%s\n' "$name"
    done
}

# Runs as root: apt-get, with nothing started by it. Another policy-rc.d is kept and put back.
# shellcheck disable=SC2016  # the inner shell expands it
_install_as_root='
set -eu
policy=/usr/sbin/policy-rc.d
saved=
if [ -e "$policy" ]; then saved=$(mktemp "$policy.XXXXXX"); cp -p "$policy" "$saved"; fi
restore() { if [ -n "$saved" ]; then mv -f "$saved" "$policy"; else rm -f "$policy"; fi; }
trap restore EXIT
trap "exit 1" INT TERM HUP
printf "#!/bin/sh\nexit 101\n" >"$policy.new"
chmod 755 "$policy.new"
mv -f "$policy.new" "$policy"
export DEBIAN_FRONTEND=noninteractive
# Without this slapd makes a directory of its own that listens everywhere.
echo "slapd slapd/no_configuration boolean true" | debconf-set-selections
apt-get -q -o DPkg::Lock::Timeout=300 update
apt-get -q -y -o DPkg::Lock::Timeout=300 --no-install-recommends install "$@"
'

# install_missing PACKAGE...: does nothing, quickly, when all are there.
install_missing() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    printf 'Installing: %s\n' "${missing[*]}" >&2
    if [ "$(id -u)" -eq 0 ]; then
        sh -c "$_install_as_root" sh "${missing[@]}" >&2
    elif command -v sudo >/dev/null; then
        sudo sh -c "$_install_as_root" sh "${missing[@]}" >&2
    else
        printf 'These packages are missing, and neither root nor sudo is at hand: %s\n' "${missing[*]}" >&2
        return 1
    fi
}
