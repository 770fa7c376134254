#!/usr/bin/python3
"""Which layer may include what, where foreign headers stay, and what no source may call.

    layers.py             checks the repository this file stands in
    layers.py --selftest  checks that each rule finds a violation planted for it

The arrows are those of HACKING.md: they point down only.
"""
import pathlib
import re
import sys
import tempfile

# Layer -> the layers it may include besides itself. A layer is a folder; the longest that fits a file is its layer.
BELOW = {
    "base": (),
    "store": ("base",),
    "ldap": ("base",),
    "acts": ("base", "store", "ldap"),
    "fcgi/http": ("base",),
    "fcgi/page": ("base", "acts", "fcgi/http"),
    "fcgi": ("base", "store", "ldap", "acts", "fcgi/http", "fcgi/page"),
    "clerk": ("base", "store", "ldap", "acts"),
    "ctl": ("base", "store", "ldap", "acts"),
}

# Single headers a layer may include above that: the acts' signatures carry the store's record structs.
ALSO = {"fcgi/page": ("store/kinds.h", "store/audit.h")}

# Foreign header (a pattern for the whole name) -> the layers it stays in.
HOME = {
    r"lmdb\.h": ("store",),
    r"(ldap|lber|ldif|openldap)\w*\.h": ("ldap",),
    r"fcgi(app|misc|os|_config)\.h": ("fcgi/http", "fcgi"),
    r"(fcgi_stdio|fastcgi)\.h": (),
    r"curl/.*": ("clerk",),
    r"zxcvbn\.h": ("acts",),
    r"(pango/.*|cairo.*\.h|glib(/.*|-object\.h|\.h))": ("fcgi/page",),
    r"sodium(/.*|\.h)": ("base",),
    r"yajl/.*": ("base",),
    r"utf8proc\.h": ("base",),
    r"ini\.h": ("base",),
    r"csv\.h": ("base",),
    r"seccomp\.h": ("base",),
    r"cmocka\.h": (),
}

# Pattern in the code (comments and literals blanked) -> why not.
FORBIDDEN = {
    r"\b(strcpy|strcat|stpcpy|sprintf|vsprintf|gets|strtok|alloca)\s*\(": "no bound: use an arena, arena_printf or buf",
    r"\b(system|popen|exec(l|le|lp|v|ve|vp|vpe|veat)|fexecve|posix_spawnp?)\s*\(": "no program starts another",
    r"\bMDB_(WRITEMAP|NOSYNC|NOMETASYNC|MAPASYNC)\b": "a crash or a full disk would lose the store",
    r"(?i)\b\w*(md5|sha_?1(?!\d))\w*\s*\(": "broken digest: use secret_digest",
    r"\b(s?rand|rand_r|s?random|[delmnj]?rand48)\s*\(": "guessable: use secret_random",
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)
BLANK = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def layer_of(path):
    """The layer of a path relative to the root, or None."""
    for layer in sorted(BELOW, key=len, reverse=True):
        if path.startswith(layer + "/"):
            return layer
    return None


def code_only(text, literals):
    """The text with comments (and literals, when they are not wanted) as blanks; lines keep their numbers."""
    def blank(match):
        found = match.group()
        if literals and found[0] in "\"'":
            return found
        return re.sub(r"[^\n]", " ", found)
    return BLANK.sub(blank, text)


def include_faults(path, layer, text):
    for match in INCLUDE.finditer(code_only(text, literals=True)):
        quote, name = match.groups()
        line = text.count("\n", 0, match.start()) + 1
        if quote == '"':
            theirs = layer_of(name)
            if theirs is None:
                yield line, f'"{name}" is not a path from the root into a layer'
            elif theirs != layer and theirs not in BELOW[layer] and name not in ALSO.get(layer, ()):
                yield line, f"{layer} may not include {theirs} (\"{name}\")"
            continue
        for pattern, homes in HOME.items():
            if re.fullmatch(pattern, name) and layer not in homes:
                yield line, f"<{name}> stays in {' and '.join(homes) or 'nobody'}"


def symbol_faults(text):
    code = code_only(text, literals=False)
    for pattern, why in FORBIDDEN.items():
        for match in re.finditer(pattern, code):
            yield code.count("\n", 0, match.start()) + 1, f"{match.group().strip(' (')}: {why}"


def faults(root):
    """Yields "path:line: what" for each fault, and counts the files read in the last item."""
    read = 0
    for top in sorted({layer.split("/")[0] for layer in BELOW}):
        for path in sorted((root / top).rglob("*.[ch]")):
            name = path.relative_to(root).as_posix()
            text = path.read_text(encoding="utf-8")
            read += 1
            for line, what in sorted([*include_faults(name, layer_of(name), text), *symbol_faults(text)]):
                yield f"{name}:{line}: {what}"
    if read == 0:
        yield "no sources found"


# One planted violation each, and what must not be taken for one.
PLANTED = [
    ("base/a.c", '#include "store/store.h"'),
    ("base/a.c", '#include "arena.h"'),
    ("base/a.c", "#include <lmdb.h>"),
    ("store/a.c", '#include "ldap/directory.h"'),
    ("store/a.h", '#include "acts/acts.h"'),
    ("store/a.c", "#include <sodium.h>"),
    ("ldap/a.c", '#include "store/kinds.h"'),
    ("acts/a.c", "  #  include <ldap.h>"),
    ("acts/a.c", '#include "fcgi/http/http.h"'),
    ("acts/a.c", "#include <curl/curl.h>"),
    ("fcgi/http/a.c", '#include "acts/acts.h"'),
    ("fcgi/http/a.c", '#include "fcgi/page/route.h"'),
    ("fcgi/http/a.c", "#include <fcgi_stdio.h>"),
    ("fcgi/page/a.c", '#include "store/store.h"'),
    ("fcgi/page/a.c", '#include "ldap/directory.h"'),
    ("fcgi/page/a.c", "#include <fcgiapp.h>"),
    ("fcgi/main.c", '#include "clerk/clerk.h"'),
    ("clerk/a.c", '#include "fcgi/http/html.h"'),
    ("ctl/a.c", '#include "clerk/mirror.h"'),
    ("ctl/a.c", "#include <yajl/yajl_tree.h>"),
    ("base/a.c", "void f(char *p) { strcpy (p, p); }"),
    ("base/a.c", "void f(char *p) { sprintf(p, p); }"),
    ("base/a.c", "void f(void) { char *p = alloca(3); }"),
    ("clerk/a.c", "int f(void) { return system(0); }"),
    ("ctl/a.c", "int f(char **p) { return execvp(*p, p); }"),
    ("store/a.c", "int f = MDB_NOSUBDIR | MDB_NOSYNC;"),
    ("store/a.c", "int f = MDB_WRITEMAP;"),
    ("acts/a.c", "void f(void) { EVP_md5(); }"),
    ("acts/a.c", "void f(void) { SHA1(0, 0, 0); }"),
    ("acts/a.c", "int f(void) { return rand(); }"),
]
HARMLESS = [
    ("base/a.c", '/* strcpy(a, b) */ const char *s = "system(1)"; // gets(s)'),
    ("base/a.c", "#include <sodium.h>\n#include <stdio.h>\nint f(void) { return snprintf(0, 0, \"'\"); }"),
    ("store/a.c", '#include "base/arena.h"\n#include "store/store.h"\n#include <lmdb.h>'),
    ("acts/a.c", '#include "ldap/directory.h"\n#include "store/store.h"\n#include <zxcvbn.h>'),
    ("fcgi/page/a.c", '#include "store/kinds.h"\n#include "store/audit.h"\n#include "acts/acts.h"'),
    ("fcgi/main.c", '#include "fcgi/page/route.h"\n#include <fcgiapp.h>'),
    ("clerk/a.c", '#include "ldap/directory.h"\n#include <curl/curl.h>\nint operand(int n) { return my_system_of(n); }'),
]


def selftest():
    failed = 0
    for wanted, cases in ((1, PLANTED), (0, HARMLESS)):
        for path, text in cases:
            with tempfile.TemporaryDirectory() as folder:
                file = pathlib.Path(folder, path)
                file.parent.mkdir(parents=True)
                file.write_text(text + "\n", encoding="utf-8")
                found = list(faults(pathlib.Path(folder)))
            if len(found) != wanted:
                failed += 1
                print(f"selftest: {path} {text!r}: {len(found)} faults, {wanted} wanted: {found}")
    print(f"layers.py: {len(PLANTED)} planted violations and {len(HARMLESS)} harmless files tried, {failed} misjudged")
    return failed


def main():
    if sys.argv[1:] == ["--selftest"]:
        return 1 if selftest() else 0
    found = list(faults(pathlib.Path(__file__).resolve().parent.parent))
    for fault in found:
        print(fault)
    print(f"layers.py: {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
