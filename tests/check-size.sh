#!/bin/sh
# Holds the sizes of STYLE.md in src/: a function has at most 50 lines, a file
# at most 500. TAP. A function is what clang-format leaves between a line that
# is "{" alone and the next that is "}" alone, both in the first column.
cd "${top_srcdir:-.}" || exit 99
find src -name '*.[ch]' | sort | xargs awk '
function bad(text) { print "# " text; faults++ }
FNR == 1 { files++; check_file(); path = FILENAME; open = 0 }
function check_file() {
	if (path != "" && lines > 500)
		bad(path ": " lines " lines; split it, 500 are the most")
}
{ lines = FNR }
/^[A-Za-z_].*\(/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
/^\{$/ { open = FNR; functions++ }
/^\}$/ && open {
	size = FNR - open + 1
	if (size > 50)
		bad(path ":" open ": " name "() has " size \
		    " lines; 50 are the most")
	open = 0
}
END {
	check_file()
	print "1..1"
	print (faults || !functions ? "not ok" : "ok") " 1 - " files \
		" files and " functions " functions keep to their sizes"
	exit faults > 0
}'
