#!/bin/sh
# Holds man/signalbox.1 and README.md to the program: every command and option
# of --help is in the page, and the page tells of no other; the README's example
# is valid and its links lead somewhere. TAP.
cd "${top_srcdir:-.}" || exit 99
signalbox=${SIGNALBOX:-./signalbox}
page=man/signalbox.1
failed=0 number=0

# verdict NAME FAULTS
verdict() {
	number=$((number + 1))
	if [ -z "$2" ]; then
		echo "ok $number - $1"
	else
		printf '%s\n' "$2" | sed 's/^/# /'
		echo "not ok $number - $1"
		failed=1
	fi
}

commands() {
	"$signalbox" --help | awk '$1 == "signalbox" && $2 ~ /^[a-z-]+$/ {
		if ($2 != "COMMAND") print $2
	}' | sort -u
}

has_item() {
	grep -Eq "^\\.It Cm $1( |\$)" "$page"
}

# The lines of one command's item, without what follows it.
item_of() {
	awk -v start="^[.]It Cm $1( |\$)" '
		$0 ~ start { inside = 1; print; next }
		/^[.]It Cm / && !/^[.]It Cm [a-z-]+ \|/ { inside = 0 }
		/^[.]S[hs] / { inside = 0 }
		inside { print }' "$page"
}

missing_options() {
	for command in $(commands); do
		# In --help an option starts its line, or follows two spaces.
		"$signalbox" "$command" --help |
			grep -oE '(^|  )--[a-z-]+' | grep -oE '[a-z-]+$' |
			sed 's/^--//' | while read -r option; do
			item_of "$command" | grep -Fq "Fl Fl $option" ||
				echo "$command: --$option is not in the page"
		done
	done
}

unknown_commands() {
	sed -n '/^\.Sh COMMANDS/,/^\.Sh THE DASHBOARD/p' "$page" |
		sed -n 's/^\.It Cm \([a-z-]*\).*/\1/p' | sort -u |
		while read -r command; do
			commands | grep -qx "$command" ||
				echo "$command: the program has no such command"
		done
}

lint() {
	if command -v mandoc >/dev/null; then
		mandoc -Tlint -W warning "$page" man/signalbox*.5
	fi
}

missing_commands() {
	[ "$(commands | wc -l)" -gt 10 ] || echo "--help lists too few"
	for command in $(commands); do
		has_item "$command" || echo "$command: is not in the page"
	done
}

example() {
	file=$(mktemp) || exit 99
	sed -n '/^```yaml$/,/^```$/p' README.md | grep -v '^```' >"$file"
	"$signalbox" validate "$file" 2>&1 >/dev/null
	rm -f "$file"
}

dead_links() {
	grep -ohE '\]\([^)#:]+\)' README.md CONTRIBUTING.md | tr -d '])(' |
		while read -r target; do
			[ -e "$target" ] || echo "$target: is not there"
		done
}

echo 1..6
verdict "every command of --help is in the manual" "$(missing_commands)"
verdict "every option of --help is in the manual" "$(missing_options)"
verdict "the manual tells of no other command" "$(unknown_commands)"
verdict "the manual pages are well formed" "$(lint 2>&1 | grep -v makewhatis)"
verdict "the README's example is valid" "$(example)"
verdict "links of the README lead somewhere" "$(dead_links)"
exit $failed
