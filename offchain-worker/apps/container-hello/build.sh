#!/usr/bin/env bash
# Makes a container image of one statically linked program, without a container engine. It is an archive of an OCI image
# layout, which `skopeo`, `podman load` and `docker load` take too. The same program gives the same bytes.
#
#   build.sh PROGRAM IMAGE.tar
set -euo pipefail

program="${1:?use: build.sh PROGRAM IMAGE.tar}"
image="${2:?use: build.sh PROGRAM IMAGE.tar}"
name=$(basename "$program")
case "$(uname -m)" in
	x86_64) architecture=amd64 ;;
	aarch64) architecture=arm64 ;;
	*) architecture=$(uname -m) ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Sorted, without times, owners, or the rights that this user happens to give to new files.
archive() {
	LC_ALL=C tar --create --file "$2" --directory "$1" --format=ustar --sort=name --mtime=@0 --numeric-owner \
		--owner=0 --group=0 --mode='u=rwX,go=rX' "${@:3}"
}

# Puts file $1 among the blobs and gives its descriptor, of media type $2.
blob() {
	local digest size
	digest=$(sha256sum "$1" | cut -d' ' -f1)
	size=$(stat -c %s "$1")
	mv "$1" "$work/layout/blobs/sha256/$digest"
	printf '{"mediaType":"application/vnd.oci.image.%s","digest":"sha256:%s","size":%s' "$2" "$digest" "$size"
}

mkdir -p "$work/root/app" "$work/root/tmp" "$work/layout/blobs/sha256"
install -m 755 "$program" "$work/root/app/$name"

archive "$work/root" "$work/layer" app tmp
diff=$(sha256sum "$work/layer" | cut -d' ' -f1)
layer="$(blob "$work/layer" layer.v1.tar)}"

printf '{"architecture":"%s","os":"linux","config":{"Entrypoint":["/app/%s"],"WorkingDir":"/","User":"65534:65534"},' \
	"$architecture" "$name" >"$work/config"
printf '"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' "$diff" >>"$work/config"
config="$(blob "$work/config" config.v1+json)}"

printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s,"layers":[%s]}' \
	"$config" "$layer" >"$work/manifest"
manifest=$(blob "$work/manifest" manifest.v1+json)

printf '{"imageLayoutVersion":"1.0.0"}' >"$work/layout/oci-layout"
printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s,' \
	"$manifest" >"$work/layout/index.json"
printf '"platform":{"architecture":"%s","os":"linux"},"annotations":{"org.opencontainers.image.ref.name":"%s"}}]}' \
	"$architecture" "$name" >>"$work/layout/index.json"

archive "$work/layout" "$work/image" blobs index.json oci-layout
mv "$work/image" "$image"
