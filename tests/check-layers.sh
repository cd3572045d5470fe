#!/bin/sh
# Holds src/layers: rooms include only what their row allows. TAP.
cd "${top_srcdir:-.}" || exit 99
exec awk '
function bad(text) { print "# " text; faults++ }
function is_named(path,   folder, above, line) {
	folder = path; sub(/\/[^\/]*$/, "", folder)
	above = folder; sub(/\/[^\/]*$/, "", above)
	sub(/.*\//, "/", path)
	if (!(folder in named)) {
		while ((getline line < (folder "/local.mk")) > 0)
			named[folder] = named[folder] line " "
		close(folder "/local.mk")
		while ((getline line < (above "/local.mk")) > 0)
			named[folder] = named[folder] line " "
		close(above "/local.mk")
	}
	return folder == "src" || index(named[folder], path) > 0
}
function room_of(path,   part) {
	sub(/^src\//, "", path)
	split(path, part, "/")
	return part[1]
}
BEGIN {
	owner["curl/"] = "libcurl"; owner["yaml.h"] = "libyaml"
	owner["git2"] = "libgit2"; owner["ncurses"] = "ncurses"
	owner["curses"] = "ncurses"; owner["expat"] = "expat"
	owner["openssl/"] = "libcrypto"; owner["jansson"] = "jansson"
	while ((getline line < "src/layers") > 0) {
		if (line ~ /^#/ || line !~ /:/)
			continue
		name = line; sub(/:.*/, "", name)
		rest = line; sub(/^[^:]*:/, "", rest)
		split(rest, half, "|")
		order[name] = ++rows
		n = split(half[1], word, " ")
		for (i = 1; i <= n; i++) allow[name, word[i]] = 1
		below[name] = half[1]
		n = split(half[2], word, " ")
		for (i = 1; i <= n; i++) lib[name, word[i]] = 1
	}
	for (name in below) {
		n = split(below[name], word, " ")
		for (i = 1; i <= n; i++) {
			if (!(word[i] in order))
				bad("src/layers: " name " names " word[i] ", which has no row")
			else if (order[word[i]] <= order[name])
				bad("src/layers: " name " may not include " word[i] ", a room above it")
		}
	}
	find = "find src -name \"*.[ch]\""
	while ((find | getline path) > 0) {
		room = room_of(path)
		files++
		if (!(room in order)) {
			bad(path ": its room has no row in src/layers")
			continue
		}
		if (!is_named(path))
			bad(path ": its folder'\''s local.mk does not name it, and the distribution would lack it")
		number = 0
		while ((getline line < path) > 0) {
			number++
			if (line !~ /^[ \t]*#[ \t]*include/)
				continue
			target = line
			sub(/^[^"<]*["<]/, "", target); sub(/[">].*/, "", target)
			if (line ~ /"/) {
				other = target; sub(/\/.*/, "", other)
				if (other != room && !((room, other) in allow) && target ~ /\//)
					bad(path ":" number ": includes " target ", but src/layers does not let " room " include " other)
			} else {
				for (prefix in owner)
					if (index(target, prefix) == 1 && !((room, owner[prefix]) in lib))
						bad(path ":" number ": includes <" target ">, but " owner[prefix] " is not " room "'\''s")
			}
		}
		close(path)
	}
	print "1..1"
	print (faults ? "not ok" : "ok") " 1 - " files " files keep to their layers"
	exit faults > 0
}'
