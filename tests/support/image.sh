#!/bin/sh
# image.sh SERVER ARCHIVE TEXT [FILE]: an image of one static program, in the
# form of `docker save`, without an engine. Another TEXT is another image. FILE
# is an empty file at the image's root.
set -e
server=$1 archive=$2 text=$3 file=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/root"
cp "$server" "$work/root/server"
[ -z "$file" ] || : >"$work/root/$file"
tar -cf "$work/layer.tar" -C "$work/root" .
digest=$(sha256sum "$work/layer.tar")
cat >"$work/config.json" <<EOF
{"architecture": "amd64", "os": "linux",
 "config": {"Cmd": ["/server"], "Labels": {"text": "$text"}},
 "rootfs": {"type": "layers", "diff_ids": ["sha256:${digest%% *}"]}}
EOF
cat >"$work/manifest.json" <<EOF
[{"Config": "config.json", "RepoTags": null, "Layers": ["layer.tar"]}]
EOF
tar -cf "$archive" -C "$work" manifest.json config.json layer.tar
digest=$(sha256sum "$work/config.json")
echo "sha256:${digest%% *}"
