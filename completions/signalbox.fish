# SPDX-License-Identifier: MIT
# fish asks signalbox itself what a word may become.
function __signalbox_complete
	set -l words (commandline -opc) (commandline -ct)
	set -l values (command $words[1] complete $words[2..-1] 2>/dev/null)
	if test (count $values) -gt 0
		printf '%s\n' $values
	else
		__fish_complete_path (commandline -ct)
	end
end
complete -c signalbox -f -k -a '(__signalbox_complete)'
