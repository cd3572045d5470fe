#!/bin/sh
# SPDX-License-Identifier: MIT
# The unit of examples/systemd is one that systemd takes, where it is here.
echo 1..1
unit="$top_srcdir/examples/systemd/signalbox-watch@.service"
if ! command -v systemd-analyze >/dev/null; then
	echo "ok 1 # SKIP there is no systemd-analyze"
	exit 0
fi
XDG_RUNTIME_DIR=$(mktemp -d) || exit 1
export XDG_RUNTIME_DIR
said=$(systemd-analyze verify --user --man=no "$unit" 2>&1)
rmdir "$XDG_RUNTIME_DIR" 2>/dev/null || rm -r "$XDG_RUNTIME_DIR"
case $said in
*'Failed to initialize manager'*)
	echo "ok 1 # SKIP systemd-analyze does not work here" ;;
'')
	echo "ok 1 - systemd takes the unit" ;;
*)
	echo "$said" | sed 's/^/# /'
	echo "not ok 1 - systemd takes the unit" ;;
esac
