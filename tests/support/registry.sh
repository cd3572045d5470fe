#!/bin/sh
# registry.sh ARCHIVE FOLDER PORT: an image that image.sh wrote, as a registry
# has it, below FOLDER, and the configuration of an nginx that is one. Prints
# the digest of its manifest.
set -e
archive=$1 folder=$2 port=$3
shop=$folder/v2/shop
mkdir -p "$shop/blobs" "$shop/manifests" "$folder/work"
tar -xf "$archive" -C "$folder/work"
cd "$folder/work"
gzip -n layer.tar

digest() {
	sum=$(sha256sum "$1")
	echo "sha256:${sum%% *}"
}

blob() {
	cp "$1" "$shop/blobs/$(digest "$1")"
	echo "\"size\": $(wc -c <"$1"), \"digest\": \"$(digest "$1")\""
}
kind=application/vnd.docker
cat >manifest <<EOF
{"schemaVersion": 2,
 "mediaType": "$kind.distribution.manifest.v2+json",
 "config": {"mediaType": "$kind.container.image.v1+json",
  $(blob config.json)},
 "layers": [{"mediaType": "$kind.image.rootfs.diff.tar.gzip",
  $(blob layer.tar.gz)}]}
EOF
cp manifest "$shop/manifests/$(digest manifest)"
cat >"$folder/nginx.conf" <<EOF
daemon off; master_process off; pid $folder/pid; error_log $folder/errors;
events {}
http {
	access_log off;
	client_body_temp_path $folder/body; proxy_temp_path $folder/proxy;
	fastcgi_temp_path $folder/fastcgi; scgi_temp_path $folder/scgi;
	uwsgi_temp_path $folder/uwsgi;
	server {
		listen 127.0.0.1:$port;
		root $folder;
		location = /v2/ { default_type application/json; return 200 "{}"; }
		location /v2/shop/manifests/ {
			default_type $kind.distribution.manifest.v2+json;
		}
	}
}
EOF
digest manifest
