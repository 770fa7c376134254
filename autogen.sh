#!/bin/sh
# Makes ./configure from configure.ac and the Makefile.am with its local.mk files.
cd "$(dirname "$0")" && exec autoreconf --install --force --warnings=all
