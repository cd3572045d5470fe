#!/bin/sh
# Holds .clang-format: every C file is as clang-format writes it. TAP.
cd "${top_srcdir:-.}" || exit 99
echo 1..1
if ! command -v clang-format >/dev/null; then
	echo "ok 1 - format # SKIP clang-format is not installed"
	exit 0
fi
# The version decides some breaks; ours is Debian 12's.
case $(clang-format --version) in
*'version 14.'*) ;;
*)
	echo "ok 1 - format # SKIP needs clang-format 14"
	exit 0
	;;
esac
if find src tests -name '*.[ch]' -print | sort |
	xargs clang-format --dry-run -Werror 2>&1 | sed 's/^/# /' |
	grep -E '^# [^:]+:[0-9]+:'; then
	echo "not ok 1 - these places are not as clang-format writes them"
else
	echo "ok 1 - every C file is as clang-format writes it"
fi
