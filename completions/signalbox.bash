# SPDX-License-Identifier: MIT
# bash asks signalbox itself what a word may become. It splits a line at '=',
# and replaces only what stands behind it.
_signalbox()
{
	local i n=0 word glue='' joined='' value rest
	local -a words
	for ((i = 1; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [ "$word" = = ] && [ "$n" -gt 0 ]; then
			words[n - 1]=${words[n - 1]}=
			glue=1 joined=1
		elif [ -n "$glue" ]; then
			words[n - 1]=${words[n - 1]}$word
			glue=
		else
			words[n]=$word
			n=$((n + 1)) joined=
		fi
	done
	COMPREPLY=()
	while IFS=$'\t' read -r value rest; do
		[ -z "$joined" ] || value=${value#*=}
		COMPREPLY[${#COMPREPLY[@]}]=$(printf %q "$value")
	done < <("$1" complete "${words[@]}" 2>/dev/null)
}
complete -o bashdefault -o default -F _signalbox signalbox
