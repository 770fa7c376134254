#!/bin/bash
# What machines can say about the sources without running them.
#
#   tests/lint.sh [layers|format|hosts|tests|docs|units|scripts|cppcheck]…   all without arguments
#   tests/lint.sh analyzer BUILD                          gcc -fanalyzer in the folder BUILD, made when missing
#   tests/lint.sh fix                                     formats the sources in place
# shellcheck disable=SC2317  # the functions are called by name
set -u
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/.." || exit 2

layers=(base store ldap acts fcgi clerk ctl)
mapfile -t sources < <(find "${layers[@]}" tests bench \( -name node_modules -prune \) -o -name '*.[ch]' -type f -print | sort)

lint_layers() {
	tests/layers.py --selftest && tests/layers.py
}

lint_format() {
	local file
	if ! clang-format-14 --dry-run -Werror --ferror-limit=1 "${sources[@]}" 2>/dev/null; then
		for file in "${sources[@]}"; do clang-format-14 "$file" | diff -U1 --label "$file" --label formatted "$file" -; done
		echo "format: tests/lint.sh fix makes these changes"
		return 1
	fi
	echo "format: ${#sources[@]} files"
}

# Lock files name packages and digests, never the registry they were fetched from.
lint_hosts() {
	local found
	found=$(find . -name node_modules -prune -o \( -name package-lock.json -o -name .npmrc \) -type f \
		-exec grep -HnE '"resolved"|https?://[^"]*registry|^registry' {} +)
	[ -z "$found" ] || { echo "$found"; return 1; }
	echo "hosts: no lock file names one"
}

# Each test program and fuzz target stands in a list of some local.mk, else nobody runs it.
lint_tests() {
	local file name missing=0 n=0
	for file in tests/unit/test_*.c tests/fuzz/fuzz_*.c; do
		[ -e "$file" ] || continue
		name=$(basename "$file" .c)
		n=$((n + 1))
		grep -qE "(^|[ /])$name( |\$)" -- */local.mk fcgi/*/local.mk 2>/dev/null ||
			{ echo "$file: in no local.mk"; missing=1; }
	done
	[ "$missing" = 0 ] && echo "tests: $n programs listed"
}

# What README and HACKING link to is installed beside them; what a comment names is there.
lint_docs() {
	local file line missing=0 n=0
	for file in docs/*.md docs/*/*; do
		n=$((n + 1))
		grep -qF "$(printf '\t%s' "$file")" Makefile.am || { echo "$file: not in Makefile.am"; missing=1; }
	done
	while IFS= read -r line; do
		[ -e "${line##*:}" ] || { echo "$line: no such document"; missing=1; }
	done < <(grep -noE '[A-Za-z0-9_/-]+\.md\b' "${sources[@]}")
	[ "$missing" = 0 ] && echo "docs: $n files installed"
}

# The drop-in is read after the unit and wins; only lists add up.
unit_keys() {
	grep -oE '^[A-Z][A-Za-z]+=' "$1" | grep -vE '^(ReadWritePaths|InaccessiblePaths|RestrictAddressFamilies)=$' | sort -u
}

lint_units() {
	local file both found=0
	for file in nginx/units/*.service.in; do
		both=$(comm -12 <(unit_keys nginx/units/hardening.conf.in) <(unit_keys "$file"))
		[ -z "$both" ] || { echo "$file: hardening.conf.in undoes $(tr '\n' ' ' <<<"$both")"; found=1; }
	done
	[ "$found" = 0 ] && echo "units: nothing undone"
}

lint_scripts() {
	local files shells pythons
	mapfile -t files < <(find .ci autogen.sh check start "${layers[@]}" nginx tests bench \( -name node_modules -o -name __pycache__ \) -prune \
		-o -type f ! -name '*.[ch]' -print | sort)
	mapfile -t shells < <(grep -lE '^#!/bin/(ba)?sh|^# shellcheck shell' "${files[@]}")
	mapfile -t pythons < <({ printf '%s\n' "${files[@]}" | grep '\.py$'; grep -l '^#!/usr/bin/python3' "${files[@]}"; } | sort -u)
	shellcheck "${shells[@]}" && pyflakes3 "${pythons[@]}" && echo "scripts: ${#shells[@]} of the shell, ${#pythons[@]} of Python"
}

# varFuncNullUB: NULL is a pointer in glibc's C, and our variadic functions are marked sentinel.
lint_cppcheck() {
	local out
	mkdir -p build/cppcheck
	out=$(cppcheck --quiet -j2 --cppcheck-build-dir=build/cppcheck --std=c11 --enable=warning,performance,portability \
		--library=posix --library=gnu -D_GNU_SOURCE -D__linux__ -I. --suppress=missingInclude --suppress=toomanyconfigs --suppress=varFuncNullUB \
		--template='{file}:{line}:{column}: {severity}: {message} [{id}]' \
		"${layers[@]}" tests/unit tests/fuzz bench 2>&1)
	# An error of cppcheck's own has no finding's form.
	if grep -q '^cppcheck: error' <<<"$out"; then echo "$out"; return 1; fi
	tests/lint/findings.py tests/lint/cppcheck.txt <<<"$out"
}

lint_analyzer() {
	local build=$1 log
	mkdir -p "$build" && log=$build/analyzer.log
	if [ ! -e "$build/Makefile" ]; then
		# Without inlining its paths are those of the source; warnings are the list's matter, not the compiler's.
		(cd "$build" && "$OLDPWD/configure" --quiet --disable-werror CC=gcc \
			CFLAGS='-O0 -fanalyzer -fdiagnostics-plain-output') || return 1
	fi
	# Each object anew, or a second run would have nothing to say.
	make -C "$build" clean >/dev/null 2>&1
	make -C "$build" -j2 CCLD=true all >"$log" 2>&1 || { tail -n 40 "$log"; return 1; }
	sed "s|$PWD/||; s|^\(\.\./\)*||" "$log" | grep -F -- '-Wanalyzer' | sed 's/ \[CWE-[0-9]*\]//' |
		tests/lint/findings.py tests/lint/analyzer.txt
}

lint_fix() {
	clang-format-14 -i "${sources[@]}"
}

case ${1-} in
analyzer)
	lint_analyzer "$(realpath -m "${2:-build-analyzer}")"
	exit
	;;
fix)
	lint_fix
	exit
	;;
esac
[ $# -gt 0 ] || set -- layers format hosts tests docs units scripts cppcheck
failed=0
for what in "$@"; do
	"lint_$what" || failed=1
done
exit $failed
