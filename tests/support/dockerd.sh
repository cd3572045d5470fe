#!/bin/sh
# A Docker Engine of a test's own below FOLDER, until standard input ends, as
# it does when the test dies: then no process, mount or file of it is left.
folder=$1
trap : HUP INT TERM
cd / || exit 1
# Else it would be taken for one of the test's own and ended with KILL.
unset HOME
mkdir -p "$folder" || exit 1
dockerd --iptables=false --bridge=none --data-root "$folder/data" \
	--exec-root "$folder/exec" -H "unix://$folder/docker.sock" \
	--pidfile "$folder/pid" </dev/null >"$folder/log" 2>&1 &
dockerd=$!
cat >/dev/null

# Ends by pid what has the folder in its command line, but this.
end_all() {
	for cmdline in /proc/[0-9]*/cmdline; do
		pid=${cmdline#/proc/}
		pid=${pid%/cmdline}
		[ "$pid" != $$ ] || continue
		tr '\0' ' ' 2>/dev/null <"$cmdline" | grep -qF "$folder/" &&
			kill -"$1" "$pid" 2>/dev/null
	done
}
kill -TERM "$dockerd" 2>/dev/null
tries=0
while kill -0 "$dockerd" 2>/dev/null && [ "$tries" -lt 150 ]; do
	sleep 0.2
	tries=$((tries + 1))
done
end_all KILL
wait
while read -r _ place _; do
	case $place in "$folder"/*) echo "$place" ;; esac
done </proc/mounts | sort -r | while read -r place; do
	umount -l "$place"
done
rm -rf "$folder"
