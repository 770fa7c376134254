#!/bin/bash
# Fills the templates beside this file and loads a new directory with slapadd.
# The result is RUN/slapd.d (cn=config), RUN/db and RUN/log; slapd is not started.
#
#   make-directory.sh --run DIR --tls DIR --suffix SUFFIX [options]
#     --uid U:G          unix ids slapd will run as (default: ours); they are its root DN
#     --web UID          unix user that is cn=web over ldapi (default: none)
#     --clerk UID        unix user that is cn=greffe over ldapi (default: none)
#     --secrets DIR      one file per service (web, motdepasse…) holding its password, where there is no EXTERNAL
#     --ldif FILE        entries to load after the base tree (may be repeated)
#     --changes FILE     LDIF changes to make after that
#     --sid N            server id, 1 by default
set -euo pipefail
umask 077

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
modules=/usr/lib/ldap
argon_m=7168 argon_t=5
run='' tls='' suffix='' secrets='' changes='' sid=1 web=none clerk=none ldif=()
owner="$(id -u):$(id -g)"

fail() { printf 'make-directory.sh: %s\n' "$*" >&2; exit 1; }

while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || fail "$1: a value is missing"
    case $1 in
    --run) run=$2 ;;
    --tls) tls=$2 ;;
    --suffix) suffix=$2 ;;
    --uid) owner=$2 ;;
    --web) web=$2 ;;
    --clerk) clerk=$2 ;;
    --secrets) secrets=$2 ;;
    --ldif) ldif+=("$2") ;;
    --changes) changes=$2 ;;
    --sid) sid=$2 ;;
    *) fail "unknown option $1" ;;
    esac
    shift 2
done
if [ -z "$run" ] || [ -z "$tls" ] || [ -z "$suffix" ]; then
    fail "--run, --tls and --suffix are needed"
fi
# The rules compare strings: one spelling only.
[[ $suffix =~ ^dc=[a-z0-9.-]+(,[a-z]+=[a-z0-9.-]+)*$ ]] || fail "suffix: begins with dc=, lower case, no blank after commas"
# These stand in sed commands and in LDIF.
case "$run$tls$secrets$here" in *[\|\&\\$'\n']*) fail "a path may not hold | & \\ or a newline" ;; esac

hash_of() { # $1: file of a secret, $2: scheme
    /usr/sbin/slappasswd -n -o module-path=$modules -o module-load="argon2 m=$argon_m t=$argon_t" -h "$2" -T "$1"
}

work=$(mktemp -d "${TMPDIR:-/tmp}/habilis-directory.XXXXXX")
trap 'rm -rf "$work"' EXIT

head -c 32 /dev/urandom | base64 -w0 >"$work/decoy"
escaped=$(printf %s "$suffix" | sed 's/[].*+?(){}|$[]/[&]/g')
dc=${suffix#dc=}
dc=${dc%%,*}
printf 's|@%s@|%s|g\n' \
    SUFFIX "$suffix" SUFFIXRE "$escaped" DC "$dc" RUN "$run" TLS "$tls" SCHEMA /etc/ldap/schema HAB "${here// /%20}" \
    MODULES "$modules" UID "${owner%%:*}" GID "${owner##*:}" LEURRE "$(hash_of "$work/decoy" '{ARGON2}')" \
    UID_WEB "$web" UID_CLERK "$clerk" SID "$sid" LOGLEVEL stats THREADS 16 ARGON_M "$argon_m" ARGON_T "$argon_t" >"$work/fill.sed"
if [ -n "$secrets" ]; then
    for service in web motdepasse greffe sync journal replica; do
        [ -e "$secrets/$service" ] || continue
        printf 's|@SECRET/%s@|%s|\n' "$service" "$(hash_of "$secrets/$service" '{SSHA}')" >>"$work/fill.sed"
    done
fi

mkdir -p "$run/slapd.d" "$run/db" "$run/log"
(cd "$here" && sed -E -f fill.sed -f "$work/fill.sed" config.ldif.in db.ldif.in acl.in overlays.ldif.in) >"$work/config.ldif"
/usr/sbin/slapadd -n 0 -F "$run/slapd.d" -l "$work/config.ldif"

# A service without a secret binds by its unix user: its line goes.
sed -E -f "$here/fill.sed" -f "$work/fill.sed" -e '/@SECRET/d' "$here/base.ldif.in" >"$work/data.ldif"
for file in ${ldif[@]+"${ldif[@]}"}; do
    printf '\n' >>"$work/data.ldif"
    cat "$file" >>"$work/data.ldif"
done
/usr/sbin/slapadd -q -w -S "$sid" -n 2 -F "$run/slapd.d" -l "$work/data.ldif"
if [ -n "$changes" ]; then
    /usr/sbin/slapmodify -q -w -S "$sid" -n 2 -F "$run/slapd.d" -l "$changes"
fi
